//! The words of a report.

use posars_domain::PaymentMethod;
use posars_words::Language;

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

impl Words {
    /// The words of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        language.pick(&PT_BR, &EN)
    }
}

/// What people call a payment method; a word of the caller's own stays as it is.
pub(crate) fn method_name(language: Language, method: &PaymentMethod) -> &str {
    let known = METHODS.iter().find(|(word, _, _)| *word == method.as_str());
    known.map_or(method.as_str(), |(_, portuguese, english)| {
        language.pick(*portuguese, *english)
    })
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
