"""What the tap and the service both read and write: records, names, files in the private folder."""
