"""Every word that papers say by themselves, in each language they speak.

A new language is one more `Words` in LANGUAGES; the type checker and the interpreter both refuse
one that leaves a word out. `{…}` is filled in.
"""

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


ENGLISH = Words(
    invoice="Invoice",
    credit_note="Credit note",
    receipt="Receipt",
    statement="Statement of account",
    draft="Draft",
    void="Void",
    test="Test",
    number="Number",
    issued="Date of issue",
    due_date="Date due",
    paid_date="Date paid",
    period="Period",
    purchase_order="Purchase order",
    of_invoice="Invoice",
    invoice_issued="Invoice of",
    method="Payment method",
    reference="Reference",
    reason="Reason",
    payment="Payment",
    seller="From",
    customer="Bill to",
    tax_id="Tax ID {value}",
    vat_id="VAT ID {value}",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    by_tiers="by tiers",
    tax="Tax",
    amount="Amount",
    subtotal="Subtotal",
    without_tax="Total without tax",
    tax_on="{tax} on {base}",
    tax_contained="{tax}, included",
    total="Total",
    credit_used="Credit used",
    credit_gained="Added to your credit",
    credit_notes="Credit notes",
    paid="Paid",
    due="Amount due",
    due_reduced="Taken off the amount due",
    refunded="Refunded",
    credited="Added to your credit",
    owed_until="{amount} due {date}",
    owed="{amount} due",
    settled_on="{amount} paid {date}",
    nothing_owed="Nothing is due",
    claims_nothing="This is a draft. It claims nothing until it is issued.",
    is_void="This document is void.",
    received_on="{amount} received {date}",
    total_received="Amount received",
    paid_back_on="Refunded {date}",
    pays_back="Refund under way",
    kept="Kept",
    how_to_pay="How to pay",
    please_pay="Please pay {amount} and quote {number}.",
    pay_by="Please pay {amount} by {date} and quote {number}.",
    notes="Notes",
    reverse_charge="Reverse charge: the recipient is to account for the tax.",
    unused="Unused time on {what}",
    remaining="Remaining time on {what}",
    setup_fee="Setup fee",
    minimum="Minimum commitment",
    bank_transfer="Bank transfer",
    card="Card",
    cash="Cash",
    check="Check",
    other="Other",
    customer_credit="Your credit",
)

GERMAN = Words(
    page="Seite {page} von {pages}",
    invoice="Rechnung",
    credit_note="Rechnungskorrektur",
    receipt="Zahlungsbeleg",
    statement="Kontoauszug",
    draft="Entwurf",
    void="Storniert",
    test="Test",
    number="Nummer",
    issued="Ausstellungsdatum",
    due_date="Fällig am",
    paid_date="Bezahlt am",
    period="Leistungszeitraum",
    purchase_order="Bestellnummer",
    of_invoice="Rechnung",
    invoice_issued="Rechnung vom",
    method="Zahlungsart",
    reference="Verwendungszweck",
    reason="Grund",
    payment="Zahlung",
    seller="Von",
    customer="An",
    tax_id="Steuernummer {value}",
    vat_id="USt-IdNr. {value}",
    description="Beschreibung",
    quantity="Menge",
    unit_price="Einzelpreis",
    by_tiers="gestaffelt",
    tax="Steuer",
    amount="Betrag",
    subtotal="Zwischensumme",
    without_tax="Summe ohne Steuer",
    tax_on="{tax} auf {base}",
    tax_contained="{tax}, enthalten",
    total="Gesamtbetrag",
    credit_used="Verrechnetes Guthaben",
    credit_gained="Ihrem Guthaben zugebucht",
    credit_notes="Rechnungskorrekturen",
    paid="Bezahlt",
    due="Offener Betrag",
    due_reduced="Vom offenen Betrag abgezogen",
    refunded="Erstattet",
    credited="Ihrem Guthaben zugebucht",
    owed_until="{amount} fällig am {date}",
    owed="{amount} fällig",
    settled_on="{amount} bezahlt am {date}",
    nothing_owed="Es ist nichts offen",
    claims_nothing="Dies ist ein Entwurf. Er fordert nichts, bevor er ausgestellt ist.",
    is_void="Dieses Dokument ist storniert.",
    received_on="{amount} erhalten am {date}",
    total_received="Erhaltener Betrag",
    paid_back_on="Erstattet am {date}",
    pays_back="Erstattung unterwegs",
    kept="Verbleibt",
    how_to_pay="Zahlung",
    please_pay="Bitte zahlen Sie {amount} und geben Sie {number} an.",
    pay_by="Bitte zahlen Sie {amount} bis zum {date} und geben Sie {number} an.",
    notes="Hinweise",
    reverse_charge="Steuerschuldnerschaft des Leistungsempfängers.",
    unused="Nicht genutzte Zeit: {what}",
    remaining="Verbleibende Zeit: {what}",
    setup_fee="Einrichtungsgebühr",
    minimum="Mindestbetrag",
    bank_transfer="Überweisung",
    card="Karte",
    cash="Bar",
    check="Scheck",
    other="Andere",
    customer_credit="Ihr Guthaben",
)

LANGUAGES = {"en": ENGLISH, "de": GERMAN}
