"""Identity, tax and health numbers that states give out, one module for each country or region."""
