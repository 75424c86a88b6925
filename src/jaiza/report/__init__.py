"""Results told to people: charts, the circle map, and the report as one page a language. Takes results, never a study."""
