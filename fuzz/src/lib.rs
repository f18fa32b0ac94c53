//! Shared by several targets: second parsers of the input, to compare with the product.

pub mod events;
pub mod members;
pub mod signed;
