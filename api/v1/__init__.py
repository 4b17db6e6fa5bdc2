"""The resources of v1, one file each: parse, call a selector or a service, answer."""
