"""The notifier: campaigns and single notices, by SMS, neither lost nor sent twice."""
