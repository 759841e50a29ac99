//! Why personal data is kept, which says for how long.

use crate::closed_word::closed_word;

closed_word!(
    /// Why a piece of personal data is kept. Each person has a key of their own for each of these, so that one can be
    /// destroyed while another must still be kept (LGPD, art. 16).
    RetentionClass, "RETENTION_CLASS_INVALID", "a retention class is contact, fiscal or labour", {
        /// To reach the person: no law asks for it.
        Contact = "contact",
        /// Who bought, as fiscal documents name them.
        Fiscal = "fiscal",
        /// What the law asks an employer to keep of an employee.
        Labour = "labour",
    }
);
