//! What several targets share: a second reading of the input, to which the product's is compared.

pub mod events;
pub mod members;
pub mod signed;
