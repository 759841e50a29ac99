//! A line of a statement of an acquirer, a bank or PIX, and what it paid; stream `statementline-{line_id}`.
//!
//! The stream is named by what the line says, so a line that comes again is there already. A line and the payment that it
//! tells of are appended as one.

mod event;
mod finding;
mod new_line;
mod rejection;
mod settling;
mod state;
mod write_off_line;

pub use event::{
    StatementKind, StatementLineEvent, StatementLineKind, StatementLineMatched, StatementLineRecorded,
    StatementLineUnmatched, StatementLineWrittenOff, UnmatchedReason,
};
pub use new_line::NewStatementLine;
pub use rejection::LineRejection;
pub use settling::{LineSettled, MatchStatementLine};
pub use state::{StatementLine, StatementLineState};
pub use write_off_line::WriteOffStatementLine;
