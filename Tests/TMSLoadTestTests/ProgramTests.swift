import Testing

/// Runs of the program itself, one after the other: what loads the machine must not be there where times are tested.
@Suite("The program", .serialized) struct ProgramTests {}
