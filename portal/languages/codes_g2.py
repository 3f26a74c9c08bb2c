"""Codes in the data that pages of billing and collecting show as words."""

from flask_babel import lazy_gettext as lazy

WORDS = (
    # work that goes on: runs, dry runs, checks, dunning, acts on many rows
    lazy("Preparing"),  # In Vorbereitung
    lazy("Running"),  # Läuft
    lazy("Completed"),  # Abgeschlossen
    lazy("Interrupted"),  # Unterbrochen
    lazy("Stopped"),  # Angehalten
    lazy("Refused"),  # Abgelehnt
    lazy("Done"),  # Erledigt
    # movements of recurring revenue
    lazy("New"),  # Neu
    lazy("Reactivation"),  # Reaktivierung
    lazy("Expansion"),  # Erweiterung
    lazy("Contraction"),  # Verringerung
    lazy("Churn"),  # Abwanderung
    # why an invoice was made
    lazy("Imported"),  # Importiert
    lazy("Subscription cycle"),  # Neuer Zeitraum eines Abonnements
    lazy("Subscription change"),  # Änderung eines Abonnements
    lazy("Subscription end"),  # Ende eines Abonnements
    lazy("One off"),  # Einzelrechnung
    # payments
    lazy("Manual"),  # Von Hand
    lazy("Fake"),  # Zum Testen
    lazy("Card declined"),  # Karte abgelehnt
    lazy("Unknown token"),  # Unbekanntes Token
    lazy("Refund refused"),  # Erstattung abgelehnt
    lazy("Never asked"),  # Nie angefragt
    # filters of lists
    lazy("Issued from"),  # Ausgestellt ab
    lazy("Issued before"),  # Ausgestellt vor
    lazy("Due from"),  # Fällig ab
    lazy("Due before"),  # Fällig vor
    lazy("Paid from"),  # Bezahlt ab
    lazy("Paid before"),  # Bezahlt vor
)
