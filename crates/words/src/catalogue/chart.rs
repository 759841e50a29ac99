//! The chart of accounts, the posting rules and the terms of payment.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ACCOUNT_CYCLE",
        [
            "Account {account} would stand below itself",
            "A conta {account} ficaria abaixo dela mesma",
        ],
        [
            "Name a heading that does not stand below it",
            "Informe uma conta sintética que não esteja abaixo dela",
        ],
    ),
    reason(
        "ACCOUNT_EXISTS",
        [
            "Account {account} exists with other content",
            "A conta {account} já existe com outros dados",
        ],
        [
            "Change that account, or choose another code",
            "Altere essa conta ou escolha outro código",
        ],
    ),
    reason(
        "ACCOUNT_HAS_CHILDREN",
        [
            "Account {child} stands below {account}, which is to be retired",
            "A conta {child} está abaixo da {account}, que seria desativada",
        ],
        [
            "Give the accounts below it another heading, or retire them first",
            "Passe as contas de baixo para outra sintética ou desative-as antes",
        ],
    ),
    reason(
        "ACCOUNT_HAS_ROLE",
        [
            "Account {account} is that of {role}: events are posted to it",
            "A conta {account} é a de {role}: os eventos são lançados nela",
        ],
        [
            "Assign the role to another account first",
            "Atribua antes o papel a outra conta",
        ],
    ),
    reason(
        "ACCOUNT_IS_FIXED",
        [
            "Account {account} keeps its type, its nature and whether it is posted to",
            "A conta {account} mantém o tipo, a natureza e se recebe lançamentos",
        ],
        [
            "Define another account for what should be otherwise, and retire this one",
            "Cadastre outra conta para o que deve ser diferente e desative esta",
        ],
    ),
    reason(
        "ACCOUNT_NOT_LIQUID",
        [
            "Only an asset that entries are posted to is money at hand",
            "Só um ativo analítico pode ser disponível",
        ],
        [
            "Leave `liquid` out, or define an asset",
            "Deixe `liquid` de fora ou cadastre um ativo",
        ],
    ),
    reason(
        "ACCOUNT_RETIRED",
        [
            "Account {account} is retired and does not change",
            "A conta {account} foi desativada e não muda mais",
        ],
        [
            "Define another account under another code",
            "Cadastre outra conta, com outro código",
        ],
    ),
    reason(
        "BOOKS_BEGIN_IN_FUTURE",
        [
            "The books cannot begin on a day that is yet to come[: {given}]",
            "A contabilidade não pode começar em um dia que ainda não chegou[: {given}]",
        ],
        [
            "Give today or an earlier day",
            "Informe o dia de hoje ou um anterior",
        ],
    ),
    reason(
        "CHART_FULL",
        [
            "The chart holds {count_max} of these, and there may be no more",
            "O plano de contas já tem {count_max} destes, e não cabem mais",
        ],
        [
            "Change one that is there; those that are retired count too",
            "Altere um que já existe; os desativados também contam",
        ],
    ),
    reason(
        "CHART_TOO_DEEP",
        [
            "The chart would have more than {levels_max} levels",
            "O plano de contas teria mais de {levels_max} níveis",
        ],
        [
            "Name a heading further up",
            "Informe uma conta sintética mais acima",
        ],
    ),
    reason(
        "COST_CENTER_EXISTS",
        [
            "Cost centre {cost_center} exists with another name",
            "O centro de custo {cost_center} já existe com outro nome",
        ],
        [
            "Change that cost centre, or choose another id",
            "Altere esse centro de custo ou escolha outro id",
        ],
    ),
    reason(
        "COST_CENTER_RETIRED",
        [
            "Cost centre {cost_center} is retired and does not change",
            "O centro de custo {cost_center} foi desativado e não muda mais",
        ],
        [
            "Define another cost centre under another id",
            "Cadastre outro centro de custo, com outro id",
        ],
    ),
    reason(
        "DAYS_OUT_OF_RANGE",
        [
            "These are not days that terms may have[: {given}]",
            "Não são dias que um prazo possa ter[: {given}]",
        ],
        [
            "Give at most 366 days for receipts and 1830 for suppliers, each instalment later than the one before",
            "Informe até 366 dias para recebimentos e 1830 para fornecedores, cada parcela depois da anterior",
        ],
    ),
    reason(
        "FEE_OUT_OF_RANGE",
        [
            "The fee is more than the whole amount[: {given} millionths]",
            "A taxa passa do valor inteiro[: {given} milionésimos]",
        ],
        [
            "Give a fee of 0 to 100 per cent",
            "Informe uma taxa de 0 a 100 por cento",
        ],
    ),
    reason(
        "PARENT_IS_POSTABLE",
        [
            "Account {parent} is posted to, so nothing stands below it",
            "A conta {parent} é analítica, e nada fica abaixo dela",
        ],
        [
            "Name a heading, or define one",
            "Informe uma conta sintética ou cadastre uma",
        ],
    ),
    reason(
        "PARENT_OF_OTHER_TYPE",
        [
            "Heading {parent} is of type {parent_type}, the account of type {account_type}",
            "A conta sintética {parent} é do tipo {parent_type}, e a conta é do tipo {account_type}",
        ],
        [
            "Name a heading of the account's type",
            "Informe uma conta sintética do tipo da conta",
        ],
    ),
    reason(
        "POSTING_PART_NOT_OF_EVENT",
        [
            "The event has no such part that a rule could post[: {given}]",
            "O evento não tem essa parte que uma regra possa lançar[: {given}]",
        ],
        [
            "Use a part of the event: the message names them, and ListPostingRules shows them",
            "Use uma parte do evento: a mensagem diz quais são, e ListPostingRules as mostra",
        ],
    ),
    reason(
        "POSTING_QUALIFIER_INVALID",
        [
            "The part of the event is never of this sort[: {given}]",
            "A parte do evento nunca é deste tipo[: {given}]",
        ],
        [
            "Give a payment method, the reason of an adjustment or a kind of what is owed; or leave it out for all",
            "Informe uma forma de pagamento, o motivo de um ajuste ou o tipo do título; ou deixe vazio para todos",
        ],
    ),
    reason(
        "POSTING_ROLE_NOT_ALLOWED",
        [
            "The account of this role must agree with a ledger that does not take this part[: {given}]",
            "A conta deste papel tem de bater com um razão que não recebe esta parte[: {given}]",
        ],
        [
            "Use a role without a ledger; payments may become receivables, supplies a payable to suppliers",
            "Use um papel sem razão próprio; pagamentos podem virar contas a receber, entregas uma dívida com fornecedores",
        ],
    ),
    reason(
        "POSTING_RULES_FULL",
        [
            "There are {count_max} posting rules, and there may be no more",
            "Já há {count_max} regras de lançamento, e não cabem mais",
        ],
        [
            "Use one rule for all sorts of a part instead of many",
            "Use uma regra para todos os tipos de uma parte em vez de muitas",
        ],
    ),
    reason(
        "POSTING_RULE_RETROACTIVE",
        [
            "Events from {valid_from} on are posted to {role} already, and what is posted stays",
            "Os eventos a partir de {valid_from} já foram lançados em {role}, e o que foi lançado fica",
        ],
        [
            "Let the rule begin on {today} or later, and post the difference by hand",
            "Faça a regra começar em {today} ou depois e lance a diferença manualmente",
        ],
    ),
    reason(
        "ROLE_ACCOUNT_SHARED",
        [
            "Account {account} is or was that of {held}, and one of the two roles has a ledger to agree with",
            "A conta {account} é ou já foi a de {held}, e um dos dois papéis tem um razão com que bater",
        ],
        [
            "Choose an account that has no other role, or define one",
            "Escolha uma conta sem outro papel ou cadastre uma",
        ],
    ),
    reason(
        "ROLE_ACCOUNT_UNFIT",
        [
            "Account {account} is not of the sort that {role} needs",
            "A conta {account} não é do tipo que {role} exige",
        ],
        [
            "Cash and bank need an asset that is money at hand, what is owed to you and goods another asset, what you owe \
             a liability; revenue, deductions and cost an account of their type",
            "Caixa e banco pedem um ativo disponível; a receber e mercadorias, outro ativo; a pagar, um passivo; \
             receita, deduções e custo, uma conta do seu tipo",
        ],
    ),
    reason(
        "RULE_OVERLAP",
        [
            "A rule for the same begins on {valid_from} and posts to {role}",
            "Uma regra para o mesmo começa em {valid_from} e lança em {role}",
        ],
        [
            "Choose another first day; the newest rule that has begun holds",
            "Escolha outro primeiro dia; vale a regra mais nova que já começou",
        ],
    ),
    reason(
        "TERMS_FULL",
        [
            "There are {count_max} terms of payment, and there may be no more",
            "Já há {count_max} condições de pagamento, e não cabem mais",
        ],
        [
            "Use terms for all brands, acquirers or suppliers instead of many",
            "Use condições para todas as bandeiras, credenciadoras ou fornecedores em vez de muitas",
        ],
    ),
    reason(
        "TERMS_OVERLAP",
        [
            "Other terms for the same begin on {valid_from}",
            "Outras condições para o mesmo começam em {valid_from}",
        ],
        [
            "Choose another first day, or instalments that those do not cover",
            "Escolha outro primeiro dia ou parcelas que aquelas não cobrem",
        ],
    ),
];
