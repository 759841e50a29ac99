//! Which personal data a caller sees: the one place that says so.
//!
//! A list or a reading gathers its sealed fields here, each with what it is; those that the caller may see are opened
//! together, and the others stay sealed. What is missing from the answer is named: what is not for the caller, what was
//! erased, and what cannot be opened because the master key is not at hand.

use posars_commands::Commands;
use posars_domain::{CompanyId, Path, RetentionClass, Sealable, StoreId, SubjectId};
use posars_event_store::StreamName;
use posars_identity::Role;
use posars_keyring::{KeyringError, Opening, Place};
use tonic::Status;
use uuid::Uuid;

use crate::Principal;
use crate::status;

/// Sorts of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The names of employees.
    Name,
    /// What else an employer has to know of them: CPF, PIS, day of birth.
    Identity,
    /// How to reach them.
    Contact,
    /// Where they are paid to.
    Bank,
    /// What they earn.
    Wage,
    /// Why somebody is away or left.
    Absence,
    /// Who bought: name and tax number.
    Buyer,
}

impl Sort {
    /// Under which class the data is sealed.
    const fn class(self) -> RetentionClass {
        match self {
            Self::Name | Self::Identity | Self::Bank | Self::Wage | Self::Absence => RetentionClass::Labour,
            Self::Contact => RetentionClass::Contact,
            Self::Buyer => RetentionClass::Fiscal,
        }
    }

    /// Whether it is what is known of a person now, and not what was so in a store on a day.
    const fn is_of_now(self) -> bool {
        match self {
            Self::Identity | Self::Contact | Self::Bank => true,
            Self::Name | Self::Wage | Self::Absence | Self::Buyer => false,
        }
    }
}

/// Who sees what. A role that stands nowhere sees nothing.
const SEEN_BY: [(Sort, &[Role]); 7] = [
    (Sort::Name, &[Role::Owner, Role::Hr, Role::Finance, Role::Manager]),
    (Sort::Identity, &[Role::Owner, Role::Hr, Role::Finance]),
    (Sort::Contact, &[Role::Owner, Role::Hr]),
    (Sort::Bank, &[Role::Owner, Role::Hr, Role::Finance]),
    (Sort::Wage, &[Role::Owner, Role::Hr, Role::Finance]),
    // Doctor's notes are among them.
    (Sort::Absence, &[Role::Owner, Role::Hr, Role::Manager]),
    // The cashier took the number down.
    (
        Sort::Buyer,
        &[Role::Owner, Role::Hr, Role::Finance, Role::Manager, Role::Cashier],
    ),
];

/// What a caller sees of something: all that one of the caller's roles there sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sees {
    roles: Vec<Role>,
    /// The roles by which what is known of a person now is seen.
    roles_now: Vec<Role>,
}

impl Sees {
    /// What somebody with these roles sees.
    pub(crate) fn with(roles: impl IntoIterator<Item = Role>) -> Self {
        let roles: Vec<Role> = roles.into_iter().collect();
        let roles_now = roles.clone();
        Self { roles, roles_now }
    }

    /// The same of a person who is elsewhere today: what is known of them now was told there, whatever the day that is asked
    /// for, so it is seen by what the caller sees there.
    pub(crate) fn and_now(self, today: Self) -> Self {
        Self {
            roles_now: today.roles_now,
            ..self
        }
    }

    /// Whether data of this sort is for the caller.
    pub(crate) fn sees(&self, sort: Sort) -> bool {
        let own = if sort.is_of_now() {
            &self.roles_now
        } else {
            &self.roles
        };
        let seen_by = SEEN_BY.iter().filter(|(seen, _)| *seen == sort);
        seen_by
            .flat_map(|(_, roles)| *roles)
            .any(|role| own.contains(role))
    }
}

/// What a person sees of something of this store; `None` is of the company as a whole, or of no store that is known.
pub(crate) fn sees_in(principal: &Principal, company: &CompanyId, store: Option<&StoreId>) -> Sees {
    let grants = principal.grants(company).into_iter();
    let holds = grants.filter(|grant| grant.store.is_none() || grant.store.as_ref() == store);
    Sees::with(holds.map(|grant| grant.role))
}

/// A field of an answer that the log has sealed.
pub(crate) struct SealedField<'a> {
    /// What sort of data it is.
    pub(crate) sort: Sort,
    /// Its path in the message of the answer, such as `personal_data.cpf`.
    pub(crate) name: &'static str,
    /// Whose it is; nobody's key was ever there for what is nobody's.
    pub(crate) subject: Option<&'a SubjectId>,
    /// The stream of its event.
    pub(crate) stream: &'a StreamName,
    /// Its event.
    pub(crate) event_id: Uuid,
    /// Its path in the event.
    pub(crate) path: Path,
    /// The field: in the clear afterwards if the caller sees it and its key is there.
    pub(crate) data: &'a mut dyn Sealable,
}

/// What an answer does not show of one message, by the paths of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Not for the caller.
    pub(crate) masked: Vec<String>,
    /// Erased.
    pub(crate) erased: Vec<String>,
    /// A key is not at hand: the master key, or one that was not destroyed and is gone, as from an older copy.
    pub(crate) locked: Vec<String>,
}

/// Opens what the caller sees of messages, each with what the caller sees of it, all together. Answers what each does not
/// show, in their order. Where the master key is not at hand, that is all that is sealed.
///
/// # Errors
/// The status of a database that is away, or of a field that opens nowhere.
pub(crate) async fn reveal<'a>(
    commands: &Commands,
    messages: impl IntoIterator<Item = (Sees, Vec<SealedField<'a>>)>,
) -> Result<Vec<Hidden>, Status> {
    Ok(opened(commands, messages).await?.0)
}

/// As [`reveal`], for an answer that is worth nothing without what is sealed.
///
/// # Errors
/// As [`reveal`], and `PERSONAL_DATA_LOCKED` when the master key is not at hand.
pub(crate) async fn reveal_or_refuse<'a>(
    commands: &Commands,
    messages: impl IntoIterator<Item = (Sees, Vec<SealedField<'a>>)>,
) -> Result<Vec<Hidden>, Status> {
    match opened(commands, messages).await? {
        (hidden, None) => Ok(hidden),
        (_, Some(lock)) => Err(status::from_command(lock.into())),
    }
}

/// What each message does not show, and why what is locked is.
async fn opened<'a>(
    commands: &Commands,
    messages: impl IntoIterator<Item = (Sees, Vec<SealedField<'a>>)>,
) -> Result<(Vec<Hidden>, Option<KeyringError>), Status> {
    let mut hidden = Vec::new();
    let mut openings = Vec::new();
    // Whose each of the openings is.
    let mut places = Vec::new();
    for (index, (sees, fields)) in messages.into_iter().enumerate() {
        hidden.push(Hidden::default());
        let Some(own) = hidden.last_mut() else { continue };
        for field in fields {
            if !sees.sees(field.sort) {
                own.masked.push(field.name.to_owned());
                continue;
            }
            places.push((index, field.name, field.subject, field.sort.class()));
            openings.push(Opening {
                place: Place {
                    stream: field.stream,
                    event_id: field.event_id,
                },
                path: field.path,
                data: field.data,
            });
        }
    }
    let lock = match commands.keyring().open(&mut openings).await {
        Ok(_) => None,
        Err(error) if is_lock(&error) => Some(error),
        Err(error) => return Err(status::from_command(error.into())),
    };
    for ((index, name, subject, class), opening) in places.into_iter().zip(openings) {
        let (Some(own), Some(_)) = (hidden.get_mut(index), opening.data.as_sealed()) else {
            continue;
        };
        // A key may be gone without an erasure, as where an older copy of the keys was restored.
        let is_erased = match (&lock, subject) {
            (Some(_), _) => false,
            (None, None) => true,
            (None, Some(subject)) => {
                let erased = commands.is_erased(subject, class).await;
                erased.map_err(status::from_command)?
            }
        };
        let closed = if is_erased {
            &mut own.erased
        } else {
            &mut own.locked
        };
        closed.push(name.to_owned());
    }
    Ok((hidden, lock))
}

/// Whether all is there but the master key.
const fn is_lock(error: &KeyringError) -> bool {
    match error {
        KeyringError::NoMasterKey | KeyringError::Locked { .. } | KeyringError::MasterKeyStore(_) => true,
        KeyringError::Damaged(_)
        | KeyringError::CpfTaken
        | KeyringError::Closing
        | KeyringError::Store(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use posars_identity::Membership;

    use super::*;

    const SORTS: [Sort; 7] = [
        Sort::Name,
        Sort::Identity,
        Sort::Contact,
        Sort::Bank,
        Sort::Wage,
        Sort::Absence,
        Sort::Buyer,
    ];

    /// The whole matrix, as a person would write it down.
    const MATRIX: [(Role, &str); 8] = [
        //             name identity contact bank wage absence buyer
        (Role::Owner, "yes yes yes yes yes yes yes"),
        (Role::Manager, "yes no no no no yes yes"),
        (Role::Cashier, "no no no no no no yes"),
        (Role::Stock, "no no no no no no no"),
        (Role::Finance, "yes yes no yes yes no yes"),
        (Role::Hr, "yes yes yes yes yes yes yes"),
        (Role::Auditor, "no no no no no no no"),
        (Role::Operator, "no no no no no no no"),
    ];

    fn seen(sees: &Sees) -> String {
        let words = SORTS.map(|sort| if sees.sees(sort) { "yes" } else { "no" });
        words.join(" ")
    }

    #[test]
    fn each_role_sees_what_is_its_business() {
        for (role, expected) in MATRIX {
            assert_eq!(seen(&Sees::with([role])), expected, "{role}");
        }
        assert_eq!(MATRIX.map(|(role, _)| role), Role::ALL);
        assert_eq!(seen(&Sees::default()), "no no no no no no no");
    }

    #[test]
    fn two_roles_see_what_either_sees() {
        for (one, _) in MATRIX {
            for (other, _) in MATRIX {
                let both = Sees::with([one, other]);
                for sort in SORTS {
                    let either = Sees::with([one]).sees(sort) || Sees::with([other]).sees(sort);
                    assert_eq!(both.sees(sort), either, "{one} and {other}, {sort:?}");
                }
            }
        }
    }

    #[test]
    fn a_role_in_one_store_sees_nothing_of_another() {
        let grant = |company: &str, role, store: Option<&str>| Membership {
            company: company.parse().unwrap(),
            role,
            store: store.map(|store| store.parse().unwrap()),
        };
        let ana = Principal::with(
            "ana",
            "till",
            vec![
                grant("acme", Role::Auditor, None),
                grant("acme", Role::Manager, Some("sp01")),
                grant("acme", Role::Finance, Some("sp02")),
                grant("beta", Role::Owner, None),
            ],
        );
        let acme = "acme".parse().unwrap();
        let in_store = |store: &str| seen(&sees_in(&ana, &acme, Some(&store.parse().unwrap())));
        assert_eq!(in_store("sp01"), "yes no no no no yes yes");
        assert_eq!(in_store("sp02"), "yes yes no yes yes no yes");
        assert_eq!(in_store("sp03"), "no no no no no no no");
        assert_eq!(seen(&sees_in(&ana, &acme, None)), "no no no no no no no");
        // What is known of somebody today may have been told in another store.
        let then = |store: &str| sees_in(&ana, &acme, Some(&store.parse().unwrap()));
        let then = then("sp02").and_now(sees_in(&ana, &acme, Some(&"sp01".parse().unwrap())));
        assert_eq!(seen(&then), "yes no no no yes no yes");
        let beta = "beta".parse().unwrap();
        assert_eq!(seen(&sees_in(&ana, &beta, None)), "yes yes yes yes yes yes yes");
    }
}
