"""Pages of OAuth."""
