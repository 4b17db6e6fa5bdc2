from sf.management.sync_command import SyncCommand
from sf.sync.objects import BOOKS


class Command(SyncCommand):
    help = "Sync books from Salesforce."
    objects = (BOOKS,)
    source = "sync_books"
    may_replace = False
