"""A form that is sent twice is acted on once, and both are answered alike.

Each form carries a key of its own (`InputForm.idempotency_key`); other values under the same key
are another act. What is kept with the work, in its transaction, is only that it is done: the page
that follows is not drawn yet. Its answer is added afterwards; should the process die between the
two, who sends the form again is led on to where it came from.
"""
