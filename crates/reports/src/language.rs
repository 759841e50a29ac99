//! The words of a report and the options it is written with.

use std::str::FromStr;

use jiff::tz::TimeZone;
use posars_domain::PaymentMethod;

/// The language of headings, method names and file names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Portuguese of Brazil.
    #[default]
    PtBr,
    /// English.
    En,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "pt" | "pt-br" | "pt_br" => Ok(Self::PtBr),
            "en" => Ok(Self::En),
            other => Err(format!("the language {other:?} is not known; use pt-BR or en")),
        }
    }
}

/// What separates the decimals in a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1234.56`, fields separated by commas: for programs.
    #[default]
    Point,
    /// `1234,56`, fields separated by semicolons: as a Brazilian Excel opens it.
    Comma,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, one row a line.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// The ending of the file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How a report is written.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// The language.
    pub language: Language,
    /// For CSV only; a workbook shows numbers as its reader is set up.
    pub decimal_mark: DecimalMark,
    /// The zone that the time of making is shown in.
    pub time_zone: TimeZone,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            language: Language::default(),
            decimal_mark: DecimalMark::default(),
            time_zone: TimeZone::UTC,
        }
    }
}

/// The fixed words of the daily sales report.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) file_name: &'static str,
    pub(crate) period: &'static str,
    pub(crate) to: &'static str,
    pub(crate) all_stores: &'static str,
    pub(crate) store: &'static str,
    pub(crate) store_id: &'static str,
    pub(crate) date: &'static str,
    pub(crate) method: &'static str,
    pub(crate) currency: &'static str,
    /// Sales, units, gross, discounts, returns, voids, net.
    pub(crate) figures: [&'static str; 7],
    pub(crate) subtotal: &'static str,
    pub(crate) total: &'static str,
    pub(crate) by_method: &'static str,
    pub(crate) by_store: &'static str,
    pub(crate) by_day: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) charts: &'static str,
    pub(crate) position: &'static str,
    pub(crate) made: &'static str,
    pub(crate) page: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) date_format: &'static str,
    pub(crate) time_format: &'static str,
}

const PT_BR: Words = Words {
    title: "Vendas diárias",
    file_name: "vendas-diarias",
    period: "Período",
    to: "a",
    all_stores: "Todas as lojas",
    store: "Loja",
    store_id: "Código da loja",
    date: "Data",
    method: "Forma de pagamento",
    currency: "Moeda",
    figures: [
        "Vendas",
        "Unidades",
        "Bruto",
        "Descontos",
        "Devoluções",
        "Cancelamentos",
        "Líquido",
    ],
    subtotal: "Subtotal",
    total: "Total",
    by_method: "Por forma de pagamento",
    by_store: "Por loja",
    by_day: "Por dia",
    summary: "Resumo",
    charts: "Gráficos",
    position: "Posição do registro",
    made: "Gerado em",
    page: "Página &P de &N",
    nothing: "Nenhuma venda no período",
    date_format: "%d/%m/%Y",
    time_format: "%d/%m/%Y %H:%M",
};

const EN: Words = Words {
    title: "Daily sales",
    file_name: "daily-sales",
    period: "Period",
    to: "to",
    all_stores: "All stores",
    store: "Store",
    store_id: "Store id",
    date: "Date",
    method: "Payment method",
    currency: "Currency",
    figures: ["Sales", "Units", "Gross", "Discounts", "Returns", "Voids", "Net"],
    subtotal: "Subtotal",
    total: "Total",
    by_method: "By payment method",
    by_store: "By store",
    by_day: "By day",
    summary: "Summary",
    charts: "Charts",
    position: "Log position",
    made: "Made on",
    page: "Page &P of &N",
    nothing: "No sales in the period",
    date_format: "%Y-%m-%d",
    time_format: "%Y-%m-%d %H:%M",
};

impl Language {
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::PtBr => &PT_BR,
            Self::En => &EN,
        }
    }

    /// What people call a payment method; a word of the caller's own stays as it is.
    pub(crate) fn method(self, method: &PaymentMethod) -> &str {
        let known = METHODS.iter().find(|(word, _, _)| *word == method.as_str());
        match (self, known) {
            (Self::PtBr, Some((_, portuguese, _))) => portuguese,
            (Self::En, Some((_, _, english))) => english,
            (Self::PtBr | Self::En, None) => method.as_str(),
        }
    }
}

/// Method, in Portuguese, in English.
const METHODS: [(&str, &str, &str); 20] = [
    ("cash", "Dinheiro", "Cash"),
    ("check", "Cheque", "Check"),
    ("credit_card", "Cartão de crédito", "Credit card"),
    ("debit_card", "Cartão de débito", "Debit card"),
    ("store_credit", "Crédito da loja", "Store credit"),
    ("food", "Vale-alimentação", "Food voucher"),
    ("meal", "Vale-refeição", "Meal voucher"),
    ("gift", "Vale-presente", "Gift voucher"),
    ("fuel", "Vale-combustível", "Fuel voucher"),
    ("trade_bill", "Duplicata", "Trade bill"),
    ("boleto", "Boleto", "Boleto"),
    ("deposit", "Depósito", "Deposit"),
    ("pix", "PIX", "PIX"),
    ("transfer", "Transferência", "Transfer"),
    ("loyalty", "Fidelidade", "Loyalty"),
    ("pix_static", "PIX (QR estático)", "PIX (static code)"),
    ("none", "Sem pagamento", "No payment"),
    ("later", "Pagamento posterior", "Paid later"),
    ("other", "Outros", "Other"),
    ("not_informed", "Não informado", "Not informed"),
];
