"""Papers: invoices, credit notes, receipts and statements as PDF, for people to keep.

A paper is plain data first, every text in it worded and formatted for its reader, and set by
Typst after that; what was set once is kept by its content.
"""
