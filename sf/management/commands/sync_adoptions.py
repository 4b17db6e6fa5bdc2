from sf.management.sync_command import SyncCommand
from sf.sync.objects import ADOPTIONS


class Command(SyncCommand):
    help = "Sync adoptions from Salesforce."
    objects = (ADOPTIONS,)
    source = "sync_adoptions"
