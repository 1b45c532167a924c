"""The topics as declared data, and bringing a broker to them."""
