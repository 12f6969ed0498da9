"""The heavy work on pictures of pages and on PDFs, in processes of their own, and the words for what it finds."""
