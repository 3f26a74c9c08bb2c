"""What papers have to say: each word that every language must have."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words of one language."""

    page: str = "Page {page} of {pages}"
    """The template counts the pages."""
    invoice: str
    credit_note: str
    receipt: str
    statement: str
    draft: str
    void: str
    test: str
    number: str
    issued: str
    due_date: str
    paid_date: str
    period: str
    purchase_order: str
    of_invoice: str
    invoice_issued: str
    method: str
    reference: str
    reason: str
    payment: str
    seller: str
    customer: str
    tax_id: str
    vat_id: str
    description: str
    quantity: str
    unit_price: str
    by_tiers: str
    tax: str
    amount: str
    subtotal: str
    without_tax: str
    tax_on: str
    tax_contained: str
    total: str
    credit_used: str
    credit_gained: str
    credit_notes: str
    paid: str
    due: str
    due_reduced: str
    refunded: str
    credited: str
    owed_until: str
    owed: str
    settled_on: str
    nothing_owed: str
    claims_nothing: str
    is_void: str
    received_on: str
    total_received: str
    paid_back_on: str
    pays_back: str
    kept: str
    how_to_pay: str
    please_pay: str
    pay_by: str
    notes: str
    reverse_charge: str
    unused: str
    remaining: str
    setup_fee: str
    minimum: str
    bank_transfer: str
    card: str
    cash: str
    check: str
    other: str
    customer_credit: str
    date: str
    change: str
    balance: str
    days: str
    until: str
    voided: str
    payment_for: str
    refund_for: str
    adjustment: str
    opening: str
    charged: str
    taken_off: str
    closing: str
    in_hand: str
    nothing_happened: str
