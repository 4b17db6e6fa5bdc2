"""The freshness of each entity: complete reads, times, number of rows, and the tier that follows."""
