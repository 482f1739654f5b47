"""What stands between the server and the visitor pages."""
