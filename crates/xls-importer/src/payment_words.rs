//! Means of payment as shops write them.

use posars_domain::{PaymentCode, PaymentMethod};

use crate::title::normalise_title;

/// The method for a word of a sheet; `None` where it is not known or could be two, as a plain "cartão".
pub(crate) fn payment_method(text: &str) -> Option<PaymentMethod> {
    let words = normalise_title(text);
    if let Ok(code) = words.parse::<PaymentCode>() {
        let method = PaymentMethod::from_nfe_code(&code);
        return method.nfe_code().map(|_| method);
    }
    let method = match words.as_str() {
        "dinheiro" | "especie" | "din" | "a vista dinheiro" | "cash" => PaymentMethod::CASH,
        "cheque" | "chq" | "chq vista" | "chq pre" | "cheque vista" | "cheque pre" | "check" => {
            PaymentMethod::CHECK
        }
        "cartao credito" | "credito" | "cc" | "visa credito" | "master credito" | "mastercard credito"
        | "elo credito" | "credit card" | "credit" | "cartao cred" | "cred" => PaymentMethod::CREDIT_CARD,
        "cartao debito" | "debito" | "cd" | "visa debito" | "master debito" | "mastercard debito"
        | "elo debito" | "debit card" | "debit" | "cartao deb" | "deb" => PaymentMethod::DEBIT_CARD,
        "crediario" | "credito loja" | "carne" | "fiado" | "store credit" => PaymentMethod::STORE_CREDIT,
        "va" | "alimentacao" | "vale alimentacao" | "food voucher" => PaymentMethod::FOOD,
        "vr" | "refeicao" | "vale refeicao" | "meal voucher" => PaymentMethod::MEAL,
        "vale presente" | "gift" | "gift card" | "cartao presente" => PaymentMethod::GIFT,
        "vale combustivel" | "combustivel" => PaymentMethod::FUEL,
        "duplicata" | "duplicata mercantil" => PaymentMethod::TRADE_BILL,
        "boleto" | "boleto bancario" => PaymentMethod::BOLETO,
        "deposito" | "deposito bancario" | "deposit" => PaymentMethod::DEPOSIT,
        "pix" | "qr code" | "pix dinamico" => PaymentMethod::PIX,
        "pix estatico" | "pix static" => PaymentMethod::PIX_STATIC,
        "ted"
        | "doc"
        | "transferencia"
        | "transferencia bancaria"
        | "carteira digital"
        | "transfer"
        | "bank transfer"
        | "wallet" => PaymentMethod::TRANSFER,
        "cashback" | "pontos" | "fidelidade" | "loyalty" | "points" => PaymentMethod::LOYALTY,
        "convenio" | "on account" => return "on_account".parse().ok(),
        "sem pagamento" | "none" => PaymentMethod::NONE,
        "outros" | "outro" | "other" => PaymentMethod::OTHER,
        "nao informado" | "not informed" => PaymentMethod::NOT_INFORMED,
        _ => return None,
    };
    Some(method)
}

#[cfg(test)]
mod tests {
    use posars_domain::PaymentMethod;

    use super::payment_method;

    #[test]
    fn words_of_the_till() {
        assert_eq!(
            payment_method("Cartão de Crédito"),
            Some(PaymentMethod::CREDIT_CARD)
        );
        assert_eq!(payment_method("PIX"), Some(PaymentMethod::PIX));
        assert_eq!(payment_method("01"), Some(PaymentMethod::CASH));
        assert_eq!(payment_method("17"), Some(PaymentMethod::PIX));
        assert_eq!(payment_method("Cartão"), None, "credit or debit is never guessed");
        assert_eq!(payment_method("77"), None, "a code nobody knows");
        assert_eq!(
            payment_method("Convênio").map(|method| method.to_string()),
            Some("on_account".to_owned())
        );
    }
}
