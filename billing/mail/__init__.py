"""The outbox of mail: what is to be sent to whom. Wording and sending are `billing.letters`."""
