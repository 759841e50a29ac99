//! `posars finance settle`: the lines of a statement, each with the payment that it tells of.

mod result;

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use posars_bookkeeping::{
    Bookkeeping, ReadLine, Ready, STATEMENT_LINES_MAX, StatementFile, StatementFileError, StatementOf,
};
use posars_commands::{Actor, Envelope, Offered, Source};
use posars_domain::statement_line::StatementKind;
use posars_domain::{AccountCode, AccountRole, Currency};
use posars_event_store::Position;

use crate::companies::CompanyArgs;
use crate::database::{Database, Need};
use crate::failure::{Exit, Failure, on_file};
use crate::house::House;
use crate::progress;
use crate::session::{RunArgs, Session};
use crate::settings::Words;
pub(super) use result::Settled;

/// Options of `posars finance settle`.
#[derive(Debug, Args)]
#[command(
    long_about = "Record a statement of an acquirer, a bank or PIX, and settle what its lines pay\n\n\
        Reads CSV, as acquirers and banks export it, or JSON. A line is what it says, so the same file again, or the same line \
        in another file, changes nothing; a line that paid nothing is looked at anew. Ends with 1 when a line could not be \
        read or was refused, and says which and why; the other lines are in. Lines that pay nothing are told; match them by \
        hand or write them off.",
    after_help = "Example:\n  posars finance settle cielo-novembro.csv --kind acquirer --source cielo\n  \
                  posars finance settle extrato.csv --kind bank --dry-run\n  \
                  posars finance settle pix.json --money-account 1.1.01.002 --json"
)]
pub(crate) struct SettleArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The statement, CSV or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whose statement it is: acquirer, bank or pix [default: by its columns]
    #[arg(long, value_name = "KIND")]
    kind: Option<StatementKind>,
    /// Which acquirer, bank or account; the same for all its statements [default: the kind]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Code of the account that the money went to [default: that of the role bank]
    #[arg(long, value_name = "CODE")]
    money_account: Option<AccountCode>,
    /// Currency of all amounts
    #[arg(long, value_name = "CODE", default_value = "BRL")]
    currency: Currency,
    /// Write nothing; say what would be
    #[arg(long)]
    dry_run: bool,
    /// End with 0 although a line could not be read or was refused; it is told all the same
    #[arg(long)]
    allow_unrecorded: bool,
    /// Language of the reasons
    #[arg(long, value_enum, env = "POSARS_LANGUAGE", default_value_t = Words::DEFAULT)]
    language: Words,
}

/// Reads the statement, records its lines and lets the books follow.
pub(super) async fn run(session: &Session, args: &SettleArgs) -> Result<Settled, Failure> {
    // Before the database: a file that cannot be read should not start a server first.
    StatementFile::check(&args.file).map_err(|error| unreadable(&args.file, error))?;
    session
        .with_database(Need::Writable, async |database| {
            settle(args, session, database).await
        })
        .await
}

async fn settle(args: &SettleArgs, session: &Session, database: &Database) -> Result<Settled, Failure> {
    let house = House::open(database, &args.company.id).await?;
    // A line can pay only what is registered; a dry run looks at what is.
    let position = if args.dry_run {
        house.catch_up_read_models(session.screen).await?
    } else {
        house.catch_up(session.screen).await?
    };
    let mut file = open(args, money_account(args, &house).await?)?;
    let mut settled = Settled::new(&house, args, &file);
    let bar = progress::spinner(session.screen, "settling");
    let commands = if args.dry_run {
        house.commands.validate_only()
    } else {
        house.commands.clone()
    };
    let statement = Statement {
        bookkeeping: Bookkeeping::new(commands, house.projections.clone()),
        envelope: envelope(),
        position,
    };
    loop {
        let lines = file
            .next_lines(STATEMENT_LINES_MAX)
            .map_err(|error| unreadable(&args.file, error))?;
        if lines.is_empty() {
            break;
        }
        statement.record(&file, lines, &mut settled).await?;
    }
    bar.finish_and_clear();
    if !args.dry_run {
        // What was recorded is in the log whatever comes of this, so its failure must not hide the outcome.
        settled.followed(house.catch_up(session.screen).await);
    }
    Ok(settled)
}

/// A statement on its way into the log.
struct Statement {
    bookkeeping: Bookkeeping,
    envelope: Envelope,
    position: Position,
}

impl Statement {
    /// Records lines, less those that are refused, and notes what came of them.
    async fn record(
        &self,
        file: &StatementFile,
        lines: Vec<ReadLine>,
        settled: &mut Settled,
    ) -> Result<(), Failure> {
        let (mut numbers, mut offered) = (Vec::new(), Vec::new());
        for ReadLine { number, line } in lines {
            match line {
                Ok(line) => {
                    numbers.push(number);
                    offered.push(Offered::new(line, self.of_line(file, number)));
                }
                Err(invalid) => settled.refuse(number, &invalid),
            }
        }
        let refused = self.bookkeeping.refused_lines(&offered, &self.envelope).await?;
        // From the end, so that those before stay where they are.
        for (index, rejection) in refused.into_iter().rev() {
            settled.refuse(numbers.remove(index), &rejection);
            offered.remove(index);
        }
        if offered.is_empty() {
            return Ok(());
        }
        let recorded = self
            .bookkeeping
            .record_settlements(&offered, &self.envelope, Ready::At(self.position))
            .await?;
        settled.note(&numbers, recorded);
        Ok(())
    }

    /// The events say which line of which file they come from.
    fn of_line(&self, file: &StatementFile, number: u64) -> Envelope {
        Envelope {
            source: Source::Import {
                file_sha256: file.sha256().into(),
                sheet: file.form().into(),
                row: u32::try_from(number).unwrap_or(u32::MAX),
            },
            ..self.envelope.clone()
        }
    }
}

fn open(args: &SettleArgs, money_account: AccountCode) -> Result<StatementFile, Failure> {
    let of = StatementOf {
        kind: args.kind,
        source: args.source.clone(),
        currency: args.currency,
        money_account,
    };
    StatementFile::open(&args.file, of).map_err(|error| unreadable(&args.file, error))
}

/// The account that was asked for, or that of the bank.
async fn money_account(args: &SettleArgs, house: &House) -> Result<AccountCode, Failure> {
    if let Some(code) = &args.money_account {
        return Ok(code.clone());
    }
    let chart = house.commands.chart().await?;
    chart
        .account_of(&AccountRole::BANK, None)
        .cloned()
        .ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "MONEY_ACCOUNT_UNKNOWN",
                "no account has the role bank",
            )
            .next("say which account the money went to with --money-account CODE")
        })
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "local".into(),
        client: Some("posars finance settle".into()),
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

fn unreadable(file: &Path, error: StatementFileError) -> Failure {
    let code = match &error {
        StatementFileError::Io(error) => return on_file("reading", file, error),
        StatementFileError::TooLarge { .. } => "STATEMENT_TOO_LARGE",
        StatementFileError::NotJson { .. } => "STATEMENT_NOT_JSON",
        StatementFileError::NoHeader { .. } => "STATEMENT_WITHOUT_TITLES",
        StatementFileError::NotCsv { .. } => "STATEMENT_NOT_CSV",
    };
    let text = error.to_string();
    let failure = Failure::new(Exit::Failure, code, format!("{}: {text}", file.display()));
    match text.split_once("; ") {
        Some((what, next)) => Failure {
            message: format!("{}: {what}", file.display()),
            ..failure
        }
        .next(next),
        None => failure,
    }
}
