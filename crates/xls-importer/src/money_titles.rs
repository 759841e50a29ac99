//! Titles of amounts beside the price: what a row comes to may hang on them, so none of them is left aside.

use crate::column_content::ColumnContent;
use crate::field::SheetKind;
use crate::title::canonical_title;

/// What an amount beside the price can do to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoneyTitle {
    /// It comes on top of the price: a surcharge, freight, a fee.
    OnTop,
    /// It could be what was paid or cost, and its title does not say enough.
    Unclear,
    /// A means of payment; the column holds what was paid by it.
    Payment,
}

/// What a column that no field has taken can do, by its normalised title; `None` where it tells of something else.
pub(crate) fn money_title(kind: SheetKind, title: &str, content: &ColumnContent) -> Option<MoneyTitle> {
    if kind == SheetKind::Products || content.is_nothing() {
        return None;
    }
    let title = canonical_title(title);
    let words: Vec<&str> = title.split(' ').collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    if kind == SheetKind::Sales && is_means_of_payment(&title) {
        return Some(MoneyTitle::Payment);
    }
    if !content.has_amounts {
        return None;
    }
    let is_of_package = has(OF_PACKAGES) && (has(&["por", "per"]) || words.len() == 1);
    if has(OF_FACTORS) || is_of_package {
        return Some(MoneyTitle::Unclear);
    }
    if kind == SheetKind::Stock && has(ON_TOP_OF_COST) && !has(&["base", "aliquota"]) {
        return Some(MoneyTitle::OnTop);
    }
    if has(OF_OTHER_THINGS) {
        return None;
    }
    if has(ON_TOP) {
        return Some(MoneyTitle::OnTop);
    }
    (has(OF_MONEY) || words.first().is_some_and(|first| BEGINNINGS.contains(first)))
        .then_some(MoneyTitle::Unclear)
}

/// Words of columns that describe a row without changing what it comes to.
const OF_OTHER_THINGS: &[&str] = &[
    "peso", "margem", "lucro", "comissao", "markup", "imposto", "impostos", "tributo", "tributos", "icms",
    "pis", "cofins", "iss", "ibpt", "aliquota", "base", "ncm", "estoque", "saldo", "minimo", "maximo",
    "pontos", "troco", "telefone", "profit", "margin", "tax", "weight", "data", "hora", "codigo", "numero",
    "id", "cep", "custo", "cost", "cmv",
];

const ON_TOP: &[&str] = &[
    "acrescimo",
    "acrescido",
    "adicional",
    "adicionais",
    "juros",
    "multa",
    "taxa",
    "taxas",
    "gorjeta",
    "couvert",
    "frete",
    "fretes",
    "entrega",
    "seguro",
    "encargo",
    "encargos",
    "despesa",
    "despesas",
    "tarifa",
    "surcharge",
    "freight",
    "shipping",
    "fee",
    "fees",
    "tip",
    "delivery",
    "service",
    "servico",
    "servicos",
];

/// Taxes that a supplier's invoice adds to the price of the goods.
const ON_TOP_OF_COST: &[&str] = &["ipi", "st", "difal", "fcp"];

/// Numbers by which a quantity is multiplied to give pieces.
const OF_FACTORS: &[&str] = &["fator", "conversao", "factor", "conversion"];
const OF_PACKAGES: &[&str] = &[
    "caixa",
    "cx",
    "fardo",
    "embalagem",
    "emb",
    "pacote",
    "box",
    "case",
    "pack",
    "package",
];

const OF_MONEY: &[&str] = &[
    "liquido",
    "bruto",
    "bruta",
    "desconto",
    "descontos",
    "desc",
    "descto",
    "dsc",
    "abatimento",
    "total",
    "totais",
    "subtotal",
    "net",
    "gross",
    "discount",
    "amount",
    "montante",
    "promocional",
    "promocao",
    "promo",
    "pago",
    "paid",
    "cobrado",
    "recebido",
    "faturado",
    "rebate",
    "cashback",
    "bonus",
];

const BEGINNINGS: &[&str] = &["valor", "preco", "price", "vtotal", "vprod", "value"];

/// `Dinheiro`, `Cartão`, `Vl. Pix`: a title that is a means of payment itself.
fn is_means_of_payment(title: &str) -> bool {
    let title = title
        .strip_prefix("valor ")
        .or_else(|| title.strip_prefix("pagamento "))
        .or_else(|| title.strip_prefix("total "))
        .unwrap_or(title);
    let title = title.strip_prefix("em ").unwrap_or(title);
    matches!(
        title.split(' ').next().unwrap_or_default(),
        "dinheiro"
            | "especie"
            | "cartao"
            | "cartoes"
            | "pix"
            | "cheque"
            | "cheques"
            | "boleto"
            | "crediario"
            | "fiado"
            | "convenio"
            | "voucher"
            | "vale"
            | "cash"
            | "card"
    ) || matches!(
        title,
        "credito"
            | "debito"
            | "ticket alimentacao"
            | "ticket refeicao"
            | "credit card"
            | "debit card"
            | "credit"
            | "debit"
            | "outras formas"
    )
}

#[cfg(test)]
mod tests {
    use super::{MoneyTitle, money_title};
    use crate::column_content::ColumnContents;
    use crate::field::SheetKind;
    use crate::title::normalise_title;

    #[test]
    fn amounts_beside_the_price() {
        let (on_top, unclear) = (Some(MoneyTitle::OnTop), Some(MoneyTitle::Unclear));
        let payment = Some(MoneyTitle::Payment);
        let cases: &[(&str, SheetKind, Option<MoneyTitle>)] = &[
            ("Acréscimo", SheetKind::Sales, on_top),
            ("Vl. Acresc.", SheetKind::Sales, on_top),
            ("Frete", SheetKind::Sales, on_top),
            ("Taxa de Entrega", SheetKind::Sales, on_top),
            ("Taxa Serviço", SheetKind::Sales, on_top),
            ("Juros", SheetKind::Sales, on_top),
            ("Vlr IPI", SheetKind::Stock, on_top),
            ("ICMS ST", SheetKind::Stock, on_top),
            ("Vlr. ST", SheetKind::Stock, on_top),
            ("Preço Promocional", SheetKind::Sales, unclear),
            ("Valor Pago", SheetKind::Sales, unclear),
            ("Preço Líquido", SheetKind::Sales, unclear),
            ("Total do Pedido", SheetKind::Sales, unclear),
            ("Vl. Nota", SheetKind::Sales, unclear),
            ("Desconto", SheetKind::Stock, unclear),
            ("Fator", SheetKind::Stock, unclear),
            ("Fator de Conversão", SheetKind::Stock, unclear),
            ("Qtd por Caixa", SheetKind::Stock, unclear),
            ("Embalagem", SheetKind::Stock, unclear),
            ("Serviço (10%)", SheetKind::Sales, on_top),
            ("Cód. Serviço", SheetKind::Sales, None),
            ("Dinheiro", SheetKind::Sales, payment),
            ("Cartão", SheetKind::Sales, payment),
            ("Cartão de Crédito", SheetKind::Sales, payment),
            ("Vl. PIX", SheetKind::Sales, payment),
            ("Débito", SheetKind::Sales, payment),
            ("Peso Líquido", SheetKind::Sales, None),
            ("Vlr ICMS", SheetKind::Sales, None),
            ("Margem Total", SheetKind::Sales, None),
            ("Custo Total", SheetKind::Sales, None),
            ("Comissão", SheetKind::Sales, None),
            ("Observação", SheetKind::Sales, None),
        ];
        let contents = ColumnContents::of_words(&[(0, &["1,50"]), (1, &["0,00"])]);
        for (title, kind, meaning) in cases {
            let title_of = normalise_title(title);
            assert_eq!(
                money_title(*kind, &title_of, contents.get(0).unwrap()),
                *meaning,
                "{title}"
            );
            assert_eq!(
                money_title(*kind, &title_of, contents.get(1).unwrap()),
                None,
                "{title} of zeros"
            );
        }
    }
}
