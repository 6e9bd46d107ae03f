/// Times during which something is refused again and again, so that their beginning and their end can be told. Pure.
struct RefusalEpisodes<Subject: Hashable & Sendable>: Sendable {
  /// Subjects that are kept apart. Refusals of further ones count towards none.
  static var maximumSubjects: Int { 64 }

  private struct Episode {
    var count = 0
    var isQuiet = false
  }
  private var episodes: [Subject: Episode] = [:]

  /// Whether any has begun and not ended.
  var isAnyOpen: Bool { !episodes.isEmpty }

  /// Counts a refusal. Returns whether it is the first of an episode.
  mutating func refuse(_ subject: Subject) -> Bool {
    guard let episode = episodes[subject] else {
      guard episodes.count < Self.maximumSubjects else { return false }
      episodes[subject] = Episode(count: 1)
      return true
    }
    episodes[subject] = Episode(count: episode.count + 1)
    return false
  }

  /// Ends an interval of time. Returns the episodes in which nothing was refused during it: they have ended.
  mutating func passInterval() -> [(subject: Subject, count: Int)] {
    var ended: [(subject: Subject, count: Int)] = []
    for (subject, episode) in episodes {
      if episode.isQuiet { ended.append((subject, episode.count)) }
      episodes[subject]?.isQuiet = true
    }
    for (subject, _) in ended { episodes[subject] = nil }
    return ended
  }

  /// Ends all episodes.
  mutating func endAll() -> [(subject: Subject, count: Int)] {
    defer { episodes = [:] }
    return episodes.map { ($0.key, $0.value.count) }
  }
}
