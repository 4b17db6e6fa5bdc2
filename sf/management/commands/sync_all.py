from sf.management.sync_command import SyncCommand
from sf.sync.objects import INTERDEPENDENT


class Command(SyncCommand):
    help = "Sync accounts, contacts, opportunities and adoptions from Salesforce, in this order."
    objects = INTERDEPENDENT
    source = "sync_all"
