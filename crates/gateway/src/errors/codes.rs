//! The gRPC code that each reason comes with which no rule of the domain gives.

use posars_domain::RejectionKind;
use tonic::Code;

/// Reasons by their code, in alphabetical order. Those of rules are not here: theirs follows from the kind of the
/// rejection. Those of the transcoder have theirs in its own list.
const CODES: [(Code, &[&str]); 13] = [
    (
        Code::ResourceExhausted,
        &["BUSY", "CALLER_OVERLOADED", "RATE_LIMITED"],
    ),
    (
        Code::InvalidArgument,
        &[
            "COMPANY_NOT_CHOSEN",
            "DATE_RANGE_INVALID",
            "FIELD_INVALID",
            "INVALID_REQUEST",
            "PAGE_SIZE_INVALID",
            "PAGE_TOKEN_INVALID",
            "REQUEST_UNREADABLE",
            "STORE_NOT_CHOSEN",
        ],
    ),
    (
        Code::Unavailable,
        &[
            "COMPANY_MOVING",
            "DATABASE_AWAY",
            "DATABASE_DISK_FULL",
            "DATABASE_EXHAUSTED",
            "KEYS_UNAVAILABLE",
            "OUTCOME_UNKNOWN",
            "OVERLOADED",
            "PERSONAL_DATA_LOCKED",
            "REQUESTS_OVERLOADED",
            "UPSTREAM_UNAVAILABLE",
        ],
    ),
    (
        Code::PermissionDenied,
        &["NO_MEMBERSHIP", "ROLE_LIMITED_TO_STORE", "ROLE_MISSING"],
    ),
    (
        Code::DeadlineExceeded,
        &["DEADLINE", "READ_MODEL_BEHIND", "REQUEST_STALLED"],
    ),
    (
        Code::Unauthenticated,
        &[
            "TOKEN_ALGORITHM",
            "TOKEN_AUDIENCE",
            "TOKEN_EXPIRED",
            "TOKEN_ISSUER",
            "TOKEN_KEY_UNKNOWN",
            "TOKEN_LIFETIME",
            "TOKEN_MALFORMED",
            "TOKEN_MISSING",
            "TOKEN_NOT_YET_VALID",
            "TOKEN_SIGNATURE",
            "TOKEN_TOO_LONG",
            "TOKEN_USE",
            "TOKEN_WITHOUT_EXPIRY",
            "UNAUTHENTICATED",
        ],
    ),
    (
        Code::NotFound,
        &[
            "COMPANY_NOT_FOUND",
            "PRODUCT_NOT_FOUND",
            "PROJECTION_NOT_FOUND",
            "REACTOR_NOT_FOUND",
            "REGISTER_NOT_FOUND",
            "RETURN_NOT_FOUND",
            "STOCK_ADJUSTMENT_NOT_FOUND",
            "STOCK_ITEM_NOT_FOUND",
            "STOCK_RECEIPT_NOT_FOUND",
            "STORE_NOT_FOUND",
            "UNKNOWN_COMPANY",
            "USER_NOT_FOUND",
        ],
    ),
    (
        Code::Internal,
        &["DATABASE_REFUSED", "EVENT_UNREADABLE", "READ_MODEL_UNREADABLE"],
    ),
    (
        Code::Unimplemented,
        &[
            "MESSAGE_ENCODING_UNSUPPORTED",
            "SERVICE_ELSEWHERE",
            "UNKNOWN_METHOD",
        ],
    ),
    (Code::AlreadyExists, &["IDEMPOTENCY_MISMATCH"]),
    (Code::Aborted, &["CONFLICT"]),
    (
        Code::FailedPrecondition,
        &[
            "ACCOUNT_ROLE_UNASSIGNED",
            "CURRENCY_NOT_OF_BOOKS",
            "ENTRY_ID_TAKEN",
            "ITEM_ID_TAKEN",
            "NO_OPEN_MONTH",
            "PAYROLL_NOT_POSTED",
            "POSTING_RULE_MISSING",
            "POSTING_RULE_UNFIT",
            "REACTOR_STUCK",
            "SALE_NOT_POSTED",
            "USERS_ELSEWHERE",
        ],
    ),
    (Code::OutOfRange, &["FIGURES_OUT_OF_RANGE", "POSITION_BEYOND_LOG"]),
];

/// The code that a reason always comes with; none for those of rules, and for what is not ours.
#[must_use]
pub fn code_of(reason: &str) -> Option<Code> {
    let mut codes = CODES.iter();
    let own = codes.find(|(_, reasons)| reasons.binary_search(&reason).is_ok());
    let mut of_rest = posars_transcoder::REASONS.iter();
    own.map(|(code, _)| *code).or_else(|| {
        of_rest
            .find(|own| own.reason == reason)
            .map(|own| Code::from_i32(own.code))
    })
}

/// The code of each sort of "no".
#[must_use]
pub const fn code_of_kind(kind: RejectionKind) -> Code {
    match kind {
        RejectionKind::Invalid => Code::InvalidArgument,
        RejectionKind::State => Code::FailedPrecondition,
        RejectionKind::Duplicate => Code::AlreadyExists,
        RejectionKind::NotFound => Code::NotFound,
        RejectionKind::Conflict => Code::Aborted,
    }
}
