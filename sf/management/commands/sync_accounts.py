from sf.management.sync_command import SyncCommand
from sf.sync.objects import ACCOUNTS


class Command(SyncCommand):
    help = "Sync accounts (schools) from Salesforce."
    objects = (ACCOUNTS,)
    source = "sync_accounts"
