"""The archive: calls that are old leave the ledger, month by month, into compressed files beside it.

Sums stay as they are. A file is written, read back and named before the ledger gives up the calls that are in
it, in the transaction that notes the file; so a call is in the ledger, or in a file that the ledger knows,
never in neither. What is needed of archived calls later is read from the files.

- `files`: the form of a file
- `parts`: which files the ledger knows
- `marks`: how a late report of an archived call is known
- `archiving`, `restoring`: calls leave, and come back
- `view`: questions about archived calls
- `store`: all of it, for one ledger
"""
