"""Collections that come from elsewhere and go there: readers of what others export, writers of what they import, the import itself."""
