from sf.management.sync_command import SyncCommand
from sf.sync.objects import OPPORTUNITIES


class Command(SyncCommand):
    help = "Sync opportunities from Salesforce."
    objects = (OPPORTUNITIES,)
    source = "sync_opportunities"
