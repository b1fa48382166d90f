"""Results as files: an offline HTML page, JSON and Parquet, and a summary for the terminal."""
