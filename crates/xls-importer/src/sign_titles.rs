//! Titles of columns that can change what a row means.

use crate::field::{Field, SheetKind};
use crate::row_reason::RowReason;
use crate::row_words::RowMeaning;
use crate::title::canonical_title;

/// What a title says about the cells below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TitleSign {
    /// They are words of a state, a movement or a reason.
    Words(Field),
    /// Whatever fills one says this of its row.
    Flag(RowMeaning),
    /// Whatever says no in one says this of its row.
    NegatedFlag(RowMeaning),
    /// They are codes of tax law for what became of the goods.
    Cfop,
}

use TitleSign::{Flag, NegatedFlag, Words};

/// The sign of a normalised title; `None` for titles of other things.
pub(crate) fn sign_of_title(kind: SheetKind, title: &str) -> Option<TitleSign> {
    let title = canonical_title(title);
    let words: Vec<&str> = title.split(' ').collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let stem = |stems: &[&str]| {
        words
            .iter()
            .any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    if kind == SheetKind::Products {
        return if has(&["ativo", "ativa", "active"]) {
            Some(NegatedFlag(RowMeaning::Cancelled))
        } else if stem(&[
            "inativ",
            "inactiv",
            "descontinu",
            "discontinu",
            "desativ",
            "excluid",
        ]) {
            Some(Flag(RowMeaning::Cancelled))
        } else {
            has(&["situacao", "status"]).then_some(Words(Field::Status))
        };
    }
    if has(&["cfop"]) && !stem(&["desc"]) {
        return Some(TitleSign::Cfop);
    }
    // Amounts called off or given back are part of a row that otherwise stands.
    let is_amount = has(&["qtd", "valor", "total", "preco", "quantity", "qty", "amount"]);
    if stem(&["cancel", "estorn", "inutiliz", "voided", "anulad", "excluid"]) || has(&["void", "canc"]) {
        return Some(Flag(if is_amount {
            other(RowReason::ReturnedGoods)
        } else {
            RowMeaning::Cancelled
        }));
    }
    if stem(&["devol", "refund", "reembols"])
        || has(&[
            "troca", "trocas", "trocado", "returned", "returns", "return", "retorno",
        ])
    {
        return Some(Flag(other(RowReason::ReturnedGoods)));
    }
    if stem(LOSSES) && !has(&["data", "hora"]) {
        // "Tipo de perda" holds the reason; every row of such a sheet tells of one.
        return Some(Flag(other(RowReason::LostGoods)));
    }
    if kind == SheetKind::Stock
        && let Some(sign) = sign_of_stock_title(&words)
    {
        return Some(sign);
    }
    if has(&["status", "situacao", "sit", "stat", "etapa", "fase", "state"])
        && !has(&["tributaria", "trib", "icms"])
    {
        return Some(Words(Field::Status));
    }
    if stem(&["motivo", "causa", "justificativ", "ocorrencia", "reason"]) && !stem(&["desc"]) {
        return Some(Words(Field::Reason));
    }
    is_movement(&words).then_some(Words(Field::Movement))
}

fn other(reason: RowReason) -> RowMeaning {
    RowMeaning::Other(reason)
}

const LOSSES: &[&str] = &[
    "perda", "quebra", "avaria", "vencido", "furto", "descarte", "loss", "damage", "waste",
];

/// Goods that leave, or go elsewhere, in a sheet of goods that come.
fn sign_of_stock_title(words: &[&str]) -> Option<TitleSign> {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    // Where goods come and go in one column, its cells say which.
    if has(&[
        "data", "hora", "horario", "preco", "valor", "entrada", "ent", "tipo",
    ]) {
        return None;
    }
    if has(&[
        "saida",
        "saidas",
        "baixa",
        "baixas",
        "vendido",
        "vendidos",
        "vendida",
        "vendidas",
        "outgoing",
        "issued",
        "sold",
        "consumo",
        "consumido",
        "consumida",
    ]) {
        return Some(Flag(other(RowReason::OutgoingGoods)));
    }
    has(&["destino", "destination"]).then_some(Flag(other(RowReason::OtherOperation)))
}

/// `Tipo`, `Operação`, `Entrada/Saída`, and not `Tipo de produto`.
fn is_movement(words: &[&str]) -> bool {
    let joined = words.join(" ");
    if matches!(
        joined.as_str(),
        "entrada saida"
            | "ent sai"
            | "e s"
            | "es"
            | "in out"
            | "d c"
            | "c d"
            | "debito credito"
            | "credito debito"
    ) {
        return true;
    }
    let begins = matches!(
        words.first(),
        Some(
            &("tipo"
                | "tp"
                | "tpo"
                | "natureza"
                | "nat"
                | "operacao"
                | "movimento"
                | "finalidade"
                | "direcao"
                | "sentido"
                | "evento"
                | "type"
                | "movement"
                | "operation"
                | "direction"
                | "transaction")
        )
    );
    let of_a_movement = words.iter().skip(1).any(|word| {
        matches!(
            *word,
            "movimento"
                | "operacao"
                | "nota"
                | "nf"
                | "nfe"
                | "documento"
                | "doc"
                | "venda"
                | "vendas"
                | "lancamento"
                | "pedido"
                | "transacao"
                | "registro"
                | "estoque"
                | "entrada"
                | "saida"
                | "cupom"
                | "type"
                | "kind"
                | "sale"
                | "order"
                | "movement"
        )
    });
    (begins && (words.len() == 1 || of_a_movement)) || (words.len() == 2 && words == ["movement", "type"])
}

#[cfg(test)]
mod tests {
    use super::{Flag, NegatedFlag, TitleSign, Words, other, sign_of_title};
    use crate::field::{Field, SheetKind};
    use crate::row_reason::RowReason;
    use crate::row_words::RowMeaning;
    use crate::title::normalise_title;

    #[test]
    fn titles_that_change_rows() {
        const CANCELLED: Option<TitleSign> = Some(Flag(RowMeaning::Cancelled));
        let returned = Some(Flag(other(RowReason::ReturnedGoods)));
        let lost = Some(Flag(other(RowReason::LostGoods)));
        let outgoing = Some(Flag(other(RowReason::OutgoingGoods)));
        let words = |field| Some(Words(field));
        let cases: &[(&str, SheetKind, Option<TitleSign>)] = &[
            ("Situação", SheetKind::Sales, words(Field::Status)),
            ("STATUS", SheetKind::Sales, words(Field::Status)),
            ("Sit.", SheetKind::Sales, words(Field::Status)),
            ("Status do Pedido", SheetKind::Sales, words(Field::Status)),
            ("Situação da NFC-e", SheetKind::Sales, words(Field::Status)),
            ("Situação Tributária", SheetKind::Sales, None),
            ("Tipo", SheetKind::Sales, words(Field::Movement)),
            ("TP. MOV.", SheetKind::Stock, words(Field::Movement)),
            ("Tipo de Movimentação", SheetKind::Stock, words(Field::Movement)),
            ("Operação", SheetKind::Stock, words(Field::Movement)),
            ("Natureza da Operação", SheetKind::Sales, words(Field::Movement)),
            ("Entrada/Saída", SheetKind::Stock, words(Field::Movement)),
            ("E/S", SheetKind::Stock, words(Field::Movement)),
            ("Tipo de Produto", SheetKind::Sales, None),
            ("Tipo de Cliente", SheetKind::Sales, None),
            ("Cancelado", SheetKind::Sales, CANCELLED),
            ("Cancelada?", SheetKind::Sales, CANCELLED),
            ("Data Cancelamento", SheetKind::Sales, CANCELLED),
            ("Motivo do cancelamento", SheetKind::Sales, CANCELLED),
            ("Qtd Cancelada", SheetKind::Sales, returned),
            ("Devolvido", SheetKind::Sales, returned),
            ("Qtde. Devolvida", SheetKind::Sales, returned),
            ("Valor Devolução", SheetKind::Sales, returned),
            ("Saída", SheetKind::Stock, outgoing),
            ("Saídas", SheetKind::Stock, outgoing),
            ("Qtd Saída", SheetKind::Stock, outgoing),
            ("Data Saída", SheetKind::Stock, None),
            ("Perdas", SheetKind::Stock, lost),
            ("Motivo", SheetKind::Stock, words(Field::Reason)),
            ("Motivo da Perda", SheetKind::Stock, lost),
            ("Razão Social", SheetKind::Stock, None),
            (
                "Ativo",
                SheetKind::Products,
                Some(NegatedFlag(RowMeaning::Cancelled)),
            ),
            ("Inativo", SheetKind::Products, CANCELLED),
            ("Status", SheetKind::Products, words(Field::Status)),
            ("CFOP", SheetKind::Sales, Some(TitleSign::Cfop)),
            ("Cód. CFOP", SheetKind::Stock, Some(TitleSign::Cfop)),
            ("Observação", SheetKind::Sales, None),
        ];
        for (title, kind, sign) in cases {
            assert_eq!(sign_of_title(*kind, &normalise_title(title)), *sign, "{title}");
        }
    }
}
