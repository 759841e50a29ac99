//! The roles of posars' processes: which services a process serves, and which workers it runs.
//!
//! `posars up` has all roles in one process; `posars serve ROLE` and `posars work ROLE` are one process of several on the
//! same database. What each role of work runs is said here and nowhere else: a consumer of the log belongs to one role.

use posars_commands::reactors::{AnyReactor, REACTORS};
use posars_gateway::{Area, Areas};

/// What a process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ServeRole {
    /// Sales, stores, registers, and the company itself
    Sales,
    /// The books
    Finance,
    /// The catalogue and stock
    Inventory,
    /// Employees, payrolls, people's own data, and the users of this machine
    Hr,
    /// Figures, and how projections and reactors stand
    Reporting,
    /// No service of its own: hands each call on to the process that serves its area; needs no database
    Gateway,
    /// The services of all areas, without a worker
    All,
}

impl ServeRole {
    /// The words of the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sales => "serve sales",
            Self::Finance => "serve finance",
            Self::Inventory => "serve inventory",
            Self::Hr => "serve hr",
            Self::Reporting => "serve reporting",
            Self::Gateway => "serve gateway",
            Self::All => "serve all",
        }
    }

    /// The areas whose services it serves; none for the gateway.
    pub(crate) fn areas(self) -> Option<Areas> {
        match self {
            Self::Sales => Some(Areas::Only(Area::Sales)),
            Self::Finance => Some(Areas::Only(Area::Finance)),
            Self::Inventory => Some(Areas::Only(Area::Inventory)),
            Self::Hr => Some(Areas::Only(Area::Hr)),
            Self::Reporting => Some(Areas::Only(Area::Reporting)),
            Self::Gateway => None,
            Self::All => Some(Areas::All),
        }
    }
}

/// What a process works at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum WorkRole {
    /// Tell consumers of what was committed and not announced, and erase what is due of people
    Relay,
    /// Stock follows sales: the reactors of stock and of low stock
    Stock,
    /// The books follow what moves value: their reactor
    Finance,
    /// The read models that no other role keeps
    Projections,
    /// The read models of the books, of payrolls, of headcount and of daily sales, and the files of closed months
    Reports,
    /// Record the workbooks that are dropped
    Imports,
    /// All of them, without a service
    All,
}

impl WorkRole {
    /// Every role but [`Self::All`].
    pub(crate) const EACH: [Self; 6] = [
        Self::Relay,
        Self::Stock,
        Self::Finance,
        Self::Projections,
        Self::Reports,
        Self::Imports,
    ];

    /// The words of the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Relay => "work relay",
            Self::Stock => "work stock",
            Self::Finance => "work finance",
            Self::Projections => "work projections",
            Self::Reports => "work reports",
            Self::Imports => "work imports",
            Self::All => "work all",
        }
    }
}

/// The reactors of each role, by name.
const REACTORS_OF: [(WorkRole, &[&str]); 2] = [
    (WorkRole::Stock, &["reactor.stock", "reactor.low_stock"]),
    (WorkRole::Finance, &["reactor.books"]),
];

/// The read models that the role `reports` keeps, by name; the role `projections` keeps all others.
const REPORTED: [&str; 17] = [
    "daily_sales",
    "accounts",
    "book_settings",
    "journal_entries",
    "ledger_lines",
    "account_days",
    "book_ties",
    "open_items",
    "installments",
    "item_moves",
    "item_lookups",
    "statement_lines",
    "periods",
    "unposted",
    "employee_stints",
    "payrolls",
    "payroll_costs",
];

/// The roles of work that one process has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duties(Vec<WorkRole>);

impl Duties {
    /// Those of one role.
    pub(crate) fn of(role: WorkRole) -> Self {
        if role == WorkRole::All {
            return Self::all();
        }
        Self(vec![role])
    }

    /// All there are.
    pub(crate) fn all() -> Self {
        Self(WorkRole::EACH.to_vec())
    }

    /// Nothing: a process that only serves.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Those that follow the log of a company: for a command that needs the reactors and the read models to keep up.
    pub(crate) fn following() -> Self {
        let following = [
            WorkRole::Stock,
            WorkRole::Finance,
            WorkRole::Projections,
            WorkRole::Reports,
        ];
        Self(following.to_vec())
    }

    /// Whether this is among them; to be asked of a single role, never of [`WorkRole::All`].
    pub(crate) fn include(&self, role: WorkRole) -> bool {
        self.0.contains(&role)
    }

    /// The reactors that they run, in the order of [`REACTORS`].
    pub(crate) fn reactors(&self) -> Vec<&'static dyn AnyReactor> {
        let runs = |name: &str| {
            REACTORS_OF
                .iter()
                .any(|(role, names)| self.include(*role) && names.contains(&name))
        };
        let all = REACTORS.iter().copied();
        all.filter(|reactor| runs(reactor.name())).collect()
    }

    /// Whether they may define a company that is not yet, and begin its books: they record what others send, or keep books.
    pub(crate) fn may_begin_companies(&self) -> bool {
        self.include(WorkRole::Finance) || self.include(WorkRole::Imports)
    }

    /// Whether they keep read models.
    pub(crate) fn keep_read_models(&self) -> bool {
        self.include(WorkRole::Projections) || self.include(WorkRole::Reports)
    }

    /// Whether they keep this read model.
    pub(crate) fn keep(&self, projection: &str) -> bool {
        self.include(role_of_projection(projection))
    }
}

/// The role that keeps a read model.
pub(crate) fn role_of_projection(projection: &str) -> WorkRole {
    if REPORTED.contains(&projection) {
        WorkRole::Reports
    } else {
        WorkRole::Projections
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_area_has_a_role_of_its_own() {
        for area in Area::ALL {
            let roles = ServeRole::value_variants().iter();
            let own: Vec<_> = roles
                .filter(|role| role.areas() == Some(Areas::Only(area)))
                .collect();
            assert_eq!(own.len(), 1, "{area}: {own:?}");
            // What a caller is told to look for.
            assert_eq!(own[0].word(), format!("serve {area}"));
        }
    }

    #[test]
    fn every_reactor_is_run_by_one_role() {
        let mut names: Vec<&str> = REACTORS_OF
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        names.sort_unstable();
        let mut known: Vec<&str> = REACTORS.iter().map(|reactor| reactor.name()).collect();
        known.sort_unstable();
        assert_eq!(names, known);
    }

    #[test]
    fn every_read_model_that_is_named_is_there() {
        let known = posars_projections::projection_names();
        for name in REPORTED {
            assert!(known.contains(&name), "{name}");
        }
        let others = known.len() - REPORTED.len();
        let kept = |duties: &Duties| known.iter().filter(|name| duties.keep(name)).count();
        assert_eq!(kept(&Duties::of(WorkRole::Reports)), REPORTED.len());
        assert_eq!(kept(&Duties::of(WorkRole::Projections)), others);
        assert_eq!(kept(&Duties::all()), known.len());
        assert_eq!(kept(&Duties::none()), 0);
    }
}
