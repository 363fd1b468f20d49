"""Who may do what: keys, their scopes and the namespaces that they reach."""
