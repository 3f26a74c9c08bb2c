"""Recurring revenue and receivables: the rows and tables behind the first page's figures."""
