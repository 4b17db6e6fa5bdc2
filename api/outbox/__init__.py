"""The outbox: store each case, deliver it to Salesforce, and let operators handle refused cases."""
