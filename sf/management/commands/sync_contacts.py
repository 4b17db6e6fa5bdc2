from sf.management.sync_command import SyncCommand
from sf.sync.objects import CONTACTS


class Command(SyncCommand):
    help = "Sync contacts from Salesforce."
    objects = (CONTACTS,)
    source = "sync_contacts"
