//! The demo shop's stores and products: prices and costs as a neighbourhood grocery has them.

/// A store of the demo.
pub(super) struct DemoStore {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// Customers on an ordinary day.
    pub(super) customers: u32,
}

/// Both stores.
pub(super) const STORES: [DemoStore; 2] = [
    DemoStore {
        id: "centro",
        name: "Empório Bem-te-vi, Centro",
        customers: 34,
    },
    DemoStore {
        id: "vila_mariana",
        name: "Empório Bem-te-vi, Vila Mariana",
        customers: 22,
    },
];

/// How a product is sold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sold {
    /// By the piece.
    Piece,
    /// By weight, in kilograms with three decimals.
    Weight,
}

/// A product of the demo.
pub(super) struct DemoProduct {
    pub(super) sku: &'static str,
    pub(super) name: &'static str,
    pub(super) price_centavos: u32,
    pub(super) cost_centavos: u32,
    pub(super) sold: Sold,
    /// How often it is in a basket, against the others.
    pub(super) weight: u32,
}

const fn piece(
    sku: &'static str,
    name: &'static str,
    price_centavos: u32,
    cost_centavos: u32,
    weight: u32,
) -> DemoProduct {
    DemoProduct {
        sku,
        name,
        price_centavos,
        cost_centavos,
        sold: Sold::Piece,
        weight,
    }
}

const fn kilogram(
    sku: &'static str,
    name: &'static str,
    price_centavos: u32,
    cost_centavos: u32,
    weight: u32,
) -> DemoProduct {
    DemoProduct {
        sku,
        name,
        price_centavos,
        cost_centavos,
        sold: Sold::Weight,
        weight,
    }
}

/// Everything on the shelves.
pub(super) const PRODUCTS: [DemoProduct; 40] = [
    piece("CAFE-500", "Café torrado e moído 500 g", 1_890, 1_240, 9),
    piece("ARROZ-5K", "Arroz branco tipo 1 5 kg", 2_799, 2_190, 7),
    piece("FEIJAO-1K", "Feijão carioca 1 kg", 849, 590, 8),
    piece("ACUCAR-1K", "Açúcar refinado 1 kg", 489, 355, 6),
    piece("SAL-1K", "Sal refinado 1 kg", 299, 160, 2),
    piece("OLEO-900", "Óleo de soja 900 ml", 749, 570, 6),
    piece("AZEITE-500", "Azeite extravirgem 500 ml", 4_290, 3_050, 2),
    piece("FARINHA-1K", "Farinha de trigo 1 kg", 559, 380, 4),
    piece("MANDIOCA-500", "Farinha de mandioca 500 g", 690, 430, 2),
    piece("MACARRAO-500", "Macarrão espaguete 500 g", 459, 285, 6),
    piece("MOLHO-340", "Molho de tomate 340 g", 289, 165, 6),
    piece("LEITE-1L", "Leite integral 1 l", 529, 415, 14),
    piece("MANTEIGA-200", "Manteiga com sal 200 g", 1_199, 840, 4),
    piece("REQUEIJAO-200", "Requeijão cremoso 200 g", 899, 610, 4),
    piece("IOGURTE-170", "Iogurte natural 170 g", 379, 235, 5),
    piece("OVOS-12", "Ovos brancos, dúzia", 1_290, 920, 7),
    kilogram("QUEIJO-MINAS", "Queijo minas frescal", 3_990, 2_750, 5),
    kilogram("MUCARELA", "Muçarela fatiada", 4_990, 3_600, 5),
    kilogram("PRESUNTO", "Presunto cozido fatiado", 3_290, 2_250, 4),
    kilogram("PAO-FRANCES", "Pão francês", 1_790, 820, 18),
    piece("PAO-FORMA", "Pão de forma integral 450 g", 999, 640, 4),
    piece("PAO-QUEIJO-400", "Pão de queijo congelado 400 g", 1_690, 1_120, 3),
    kilogram("BANANA", "Banana-prata", 699, 390, 10),
    kilogram("TOMATE", "Tomate italiano", 899, 520, 8),
    kilogram("CEBOLA", "Cebola", 549, 310, 6),
    kilogram("BATATA", "Batata inglesa", 649, 370, 7),
    kilogram("MACA", "Maçã gala", 1_199, 760, 5),
    kilogram("MAMAO", "Mamão formosa", 799, 450, 3),
    piece("ALFACE", "Alface crespa, pé", 399, 180, 5),
    piece("GUARANA-2L", "Guaraná 2 l", 899, 620, 6),
    piece("AGUA-15", "Água mineral 1,5 l", 349, 170, 7),
    piece("SUCO-1L", "Suco de laranja integral 1 l", 1_290, 860, 3),
    piece("CERVEJA-350", "Cerveja pilsen lata 350 ml", 399, 265, 10),
    piece("CHOCOLATE-90", "Chocolate ao leite 90 g", 749, 480, 5),
    piece("BISCOITO-130", "Biscoito recheado 130 g", 329, 195, 6),
    piece("GOIABADA-300", "Goiabada cascão 300 g", 890, 540, 2),
    piece("DETERGENTE-500", "Detergente neutro 500 ml", 279, 160, 5),
    piece("SABAO-800", "Sabão em pó 800 g", 1_290, 870, 3),
    piece("PAPEL-12", "Papel higiênico, 12 rolos", 1_990, 1_380, 4),
    piece("SABONETE-85", "Sabonete 85 g", 269, 150, 4),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_product_is_its_own_and_earns_something() {
        let skus: HashSet<_> = PRODUCTS.iter().map(|product| product.sku).collect();
        assert_eq!(skus.len(), PRODUCTS.len());
        for product in &PRODUCTS {
            assert!(product.price_centavos > product.cost_centavos, "{}", product.sku);
            product.sku.parse::<posars_domain::Sku>().unwrap();
        }
    }
}
