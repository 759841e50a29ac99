//! Why a report could not be written.

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A sum is beyond what an amount can hold.
    #[error("the {what} of this report is beyond 9007199254740991 minor units; choose a shorter period")]
    OutOfRange {
        /// Which sum.
        what: &'static str,
    },
    /// A sheet cannot hold that many rows.
    #[error(
        "the report has {rows} rows, a sheet holds {rows_max}; choose a shorter period or one store, or CSV"
    )]
    TooLong {
        /// Rows there are.
        rows: usize,
        /// Rows there may be.
        rows_max: usize,
    },
    /// The workbook could not be made.
    #[error("the workbook could not be written: {0}; check the place it is written to")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The CSV file could not be written.
    #[error("the CSV file could not be written: {0}; check the place it is written to")]
    Csv(#[from] csv::Error),
    /// The file could not be written.
    #[error("the report could not be written: {0}; check the place it is written to")]
    File(#[from] std::io::Error),
}
