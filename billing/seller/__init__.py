"""The seller: who issues the invoices, and the rules of the house that settings may change."""

from billing.seller.models import Seller, current_seller, known_seller

__all__ = ["Seller", "current_seller", "known_seller"]
