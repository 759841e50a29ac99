//! The chart that a company begins with: a Brazilian retailer's, which its accountant may change.

use AccountRole as R;
use AccountType::{Asset, Cost, Deduction, Equity, Expense, Liability, Revenue};

use super::{Account, ChartDefined, RoleAccount};
use crate::{AccountCode, AccountRole, AccountType, Side};

/// An account of the default chart.
struct Row {
    code: &'static str,
    name: &'static str,
    of: AccountType,
    nature: Side,
    postable: bool,
    liquid: bool,
    roles: &'static [AccountRole],
}

/// A heading.
const fn heading(code: &'static str, of: AccountType, name: &'static str) -> Row {
    Row {
        code,
        name,
        of,
        nature: of.nature(),
        postable: false,
        liquid: false,
        roles: &[],
    }
}

/// An account that entries are posted to.
const fn account(
    code: &'static str,
    of: AccountType,
    name: &'static str,
    roles: &'static [AccountRole],
) -> Row {
    Row {
        postable: true,
        roles,
        ..heading(code, of, name)
    }
}

/// An account that lowers its heading.
const fn contra(
    code: &'static str,
    of: AccountType,
    name: &'static str,
    roles: &'static [AccountRole],
) -> Row {
    Row {
        nature: of.nature().other(),
        ..account(code, of, name, roles)
    }
}

/// Money at hand.
const fn money(code: &'static str, name: &'static str, roles: &'static [AccountRole]) -> Row {
    Row {
        liquid: true,
        ..account(code, Asset, name, roles)
    }
}

/// Each account stands below its heading: that of `1.1.01.001` is `1.1.01`. An asset is never below a liability, so
/// equity, which Brazilian balance sheets show as the last part of `2`, has a number of its own.
const ROWS: [Row; 75] = [
    heading("1", Asset, "Ativo"),
    heading("1.1", Asset, "Ativo circulante"),
    heading("1.1.01", Asset, "Caixa e equivalentes de caixa"),
    money("1.1.01.001", "Caixa das lojas", &[R::CASH]),
    money("1.1.01.002", "Bancos conta movimento", &[R::BANK]),
    money("1.1.01.003", "Aplicações financeiras de liquidez imediata", &[]),
    heading("1.1.02", Asset, "Contas a receber"),
    account(
        "1.1.02.001",
        Asset,
        "PIX e transferências a compensar",
        &[R::PIX_IN_TRANSIT],
    ),
    account("1.1.02.002", Asset, "Cartões a receber", &[R::CARD_RECEIVABLE]),
    account(
        "1.1.02.003",
        Asset,
        "Boletos e duplicatas a receber",
        &[R::BOLETO_RECEIVABLE],
    ),
    account(
        "1.1.02.004",
        Asset,
        "Clientes a receber (crediário)",
        &[R::CUSTOMER_RECEIVABLE],
    ),
    account(
        "1.1.02.005",
        Asset,
        "Vales alimentação, refeição e combustível a receber",
        &[R::VOUCHER_RECEIVABLE],
    ),
    account("1.1.02.006", Asset, "Cheques a receber", &[R::CHECK_RECEIVABLE]),
    account(
        "1.1.02.007",
        Asset,
        "Outros valores a receber",
        &[R::OTHER_RECEIVABLE],
    ),
    account(
        "1.1.02.008",
        Asset,
        "Recebimentos a identificar",
        &[R::UNIDENTIFIED_RECEIPTS],
    ),
    contra("1.1.02.900", Asset, "(-) Perdas estimadas com créditos", &[]),
    heading("1.1.03", Asset, "Estoques"),
    account("1.1.03.001", Asset, "Mercadorias para revenda", &[R::INVENTORY]),
    heading("1.1.04", Asset, "Outros créditos"),
    account("1.1.04.001", Asset, "Adiantamentos a fornecedores", &[]),
    account("1.1.04.002", Asset, "Impostos a recuperar", &[]),
    heading("1.2", Asset, "Ativo não circulante"),
    heading("1.2.01", Asset, "Imobilizado"),
    account("1.2.01.001", Asset, "Móveis, máquinas e equipamentos", &[]),
    contra("1.2.01.900", Asset, "(-) Depreciação acumulada", &[]),
    heading("2", Liability, "Passivo"),
    heading("2.1", Liability, "Passivo circulante"),
    account("2.1.01", Liability, "Fornecedores", &[R::SUPPLIERS]),
    account("2.1.02", Liability, "Salários a pagar", &[R::SALARIES_PAYABLE]),
    account(
        "2.1.03",
        Liability,
        "Impostos e contribuições a recolher",
        &[R::TAXES_PAYABLE],
    ),
    account(
        "2.1.04",
        Liability,
        "Devoluções a pagar a clientes",
        &[R::REFUNDS_PAYABLE],
    ),
    account(
        "2.1.05",
        Liability,
        "Vales-presente a utilizar",
        &[R::GIFT_VOUCHERS],
    ),
    account("2.1.06", Liability, "Outras contas a pagar", &[R::OTHER_PAYABLES]),
    heading("2.2", Liability, "Passivo não circulante"),
    account("2.2.01", Liability, "Empréstimos e financiamentos", &[]),
    heading("3", Equity, "Patrimônio líquido"),
    account("3.01", Equity, "Capital social", &[]),
    account("3.02", Equity, "Lucros ou prejuízos acumulados", &[]),
    account("3.03", Equity, "Saldos de abertura", &[R::OPENING_BALANCE]),
    contra("3.90", Equity, "(-) Distribuição de lucros", &[]),
    heading("4", Revenue, "Receitas"),
    heading("4.1", Revenue, "Receita operacional bruta"),
    account("4.1.01", Revenue, "Venda de mercadorias", &[R::GROSS_REVENUE]),
    heading("4.2", Revenue, "Receitas financeiras"),
    account("4.2.01", Revenue, "Descontos obtidos", &[R::DISCOUNTS_OBTAINED]),
    account(
        "4.2.02",
        Revenue,
        "Juros e multas recebidos",
        &[R::INTEREST_INCOME],
    ),
    heading("4.3", Revenue, "Outras receitas operacionais"),
    account("4.3.01", Revenue, "Outras receitas", &[R::OTHER_INCOME]),
    heading("5", Deduction, "Deduções da receita bruta"),
    account(
        "5.01",
        Deduction,
        "Devoluções e abatimentos de vendas",
        &[R::SALES_RETURNS],
    ),
    account("5.02", Deduction, "Vendas canceladas", &[R::SALES_CANCELLED]),
    account(
        "5.03",
        Deduction,
        "Descontos incondicionais",
        &[R::SALES_DISCOUNTS],
    ),
    account("5.04", Deduction, "Impostos sobre vendas", &[]),
    heading("6", Cost, "Custos"),
    account("6.01", Cost, "Custo das mercadorias vendidas", &[R::COGS]),
    account("6.02", Cost, "Perdas e quebras de estoque", &[R::SHRINKAGE]),
    contra("6.90", Cost, "(-) Sobras de estoque", &[R::SURPLUS]),
    heading("7", Expense, "Despesas"),
    heading("7.1", Expense, "Despesas com pessoal"),
    account("7.1.01", Expense, "Salários e ordenados", &[R::SALARIES]),
    account(
        "7.1.02",
        Expense,
        "Encargos sociais e benefícios",
        &[R::PAYROLL_CHARGES],
    ),
    heading("7.2", Expense, "Despesas administrativas"),
    account("7.2.01", Expense, "Aluguel e condomínio", &[]),
    account("7.2.02", Expense, "Água, energia, telefone e internet", &[]),
    account("7.2.03", Expense, "Material de uso e consumo", &[R::INTERNAL_USE]),
    account("7.2.04", Expense, "Depreciação", &[]),
    account("7.2.05", Expense, "Outras despesas", &[R::OTHER_EXPENSE]),
    heading("7.3", Expense, "Despesas com vendas"),
    account("7.3.01", Expense, "Taxas de cartões e vales", &[R::CARD_FEES]),
    account("7.3.02", Expense, "Programa de fidelidade", &[R::LOYALTY_COST]),
    account("7.3.03", Expense, "Perdas com créditos", &[R::BAD_DEBTS]),
    heading("7.4", Expense, "Despesas financeiras"),
    account("7.4.01", Expense, "Tarifas bancárias", &[R::BANK_FEES]),
    account("7.4.02", Expense, "Juros e multas pagos", &[R::INTEREST_EXPENSE]),
    account("7.4.03", Expense, "Descontos concedidos", &[R::DISCOUNTS_GIVEN]),
];

impl ChartDefined {
    /// The chart of a Brazilian retailer, in which every role that posting knows has an account.
    #[must_use]
    pub fn brazilian_retail() -> Self {
        let mut chart = Self {
            accounts: Vec::with_capacity(ROWS.len()),
            cost_centers: Vec::new(),
            roles: Vec::new(),
        };
        for row in &ROWS {
            let code = code(row.code);
            for role in row.roles {
                chart.roles.push(RoleAccount {
                    role: role.clone(),
                    store_id: None,
                    code: code.clone(),
                });
            }
            chart.accounts.push(Account {
                code,
                name: row.name.to_owned(),
                account_type: row.of,
                nature: row.nature,
                parent: row.code.rsplit_once('.').map(|(parent, _)| self::code(parent)),
                postable: row.postable,
                liquid: row.liquid,
            });
        }
        chart
    }
}

#[expect(
    clippy::expect_used,
    reason = "a constant of this file, and a test reads all of them"
)]
fn code(text: &str) -> AccountCode {
    text.parse().expect("a code of the default chart is one")
}
