//! What the rules of companies, stores, registers, products and stock refuse.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "CNPJ_IN_USE",
        [
            "The CNPJ {cnpj} belongs to another store",
            "O CNPJ {cnpj} pertence a outra loja",
        ],
        [
            "Check the number; every establishment has its own",
            "Confira o número; cada estabelecimento tem o seu",
        ],
    ),
    reason(
        "COMPANY_EXISTS",
        [
            "The company {company_id} exists with other content",
            "A empresa {company_id} já existe com outro conteúdo",
        ],
        [
            "Choose another id, or send the same content",
            "Escolha outro id ou envie o mesmo conteúdo",
        ],
    ),
    reason(
        "COMPANY_NOT_DEFINED",
        [
            "The company {company_id} is not defined yet",
            "A empresa {company_id} ainda não está cadastrada",
        ],
        ["Define it first", "Cadastre-a antes"],
    ),
    reason(
        "ETAG_MISMATCH",
        [
            "It is at version {actual} by now, not {expected}",
            "Já está na versão {actual}, não na {expected}",
        ],
        ["Read it again and decide anew", "Leia de novo e decida outra vez"],
    ),
    reason(
        "GTIN_IN_USE",
        [
            "The bar code {gtin} belongs to another product",
            "O código de barras {gtin} pertence a outro produto",
        ],
        [
            "Change that product, or leave the bar code out",
            "Altere aquele produto ou deixe o código fora",
        ],
    ),
    reason(
        "PRODUCT_RETIRED",
        [
            "The product {sku} is retired and cannot change",
            "O produto {sku} está desativado e não pode mudar",
        ],
        ["Define a new SKU", "Cadastre um novo SKU"],
    ),
    reason(
        "PRODUCT_UNKNOWN",
        [
            "The product {sku} is not defined",
            "O produto {sku} não está cadastrado",
        ],
        [
            "Define it first, or correct the SKU",
            "Cadastre-o antes ou corrija o SKU",
        ],
    ),
    reason(
        "REGISTER_EXISTS",
        [
            "The register {register_no} of store {store_id} exists with other content",
            "O caixa {register_no} da loja {store_id} já existe com outro conteúdo",
        ],
        ["Choose another number", "Escolha outro número"],
    ),
    reason(
        "SKU_EXISTS",
        [
            "The SKU {sku} exists with other content",
            "O SKU {sku} já existe com outro conteúdo",
        ],
        [
            "Change that product, or choose another SKU",
            "Altere aquele produto ou escolha outro SKU",
        ],
    ),
    reason(
        "STOCK_OUT_OF_RANGE",
        [
            "The stock of {sku} would be beyond 9007199254740991",
            "O estoque de {sku} passaria de 9007199254740991",
        ],
        [
            "Correct the quantity or the value",
            "Corrija a quantidade ou o valor",
        ],
    ),
    reason(
        "STOCK_WOULD_GO_NEGATIVE",
        [
            "{quantity} of {sku} are on hand; {delta} would leave less than none",
            "Há {quantity} de {sku} no estoque; {delta} deixaria menos que zero",
        ],
        ["Count again", "Conte de novo"],
    ),
    reason(
        "STORE_EXISTS",
        [
            "The store {store_id} exists with other content",
            "A loja {store_id} já existe com outro conteúdo",
        ],
        [
            "Choose another id, or send the same content",
            "Escolha outro id ou envie o mesmo conteúdo",
        ],
    ),
    reason(
        "UNKNOWN_STORE",
        [
            "The store {store_id} is not defined",
            "A loja {store_id} não está cadastrada",
        ],
        [
            "Define it first, or correct the id",
            "Cadastre-a antes ou corrija o id",
        ],
    ),
];
