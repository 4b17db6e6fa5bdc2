"""The resources of v1, one file each: parse, ask a selector or a service, answer."""
