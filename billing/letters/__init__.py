"""How mail is worded, rendered and sent. What is to be sent lies in `billing.mail`."""
