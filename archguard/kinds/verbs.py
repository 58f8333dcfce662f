"""What the methods of a database do: read, write, or begin and end transactions."""

_SORTS = {
    "transaction": frozenset(
        """
        begin begin_nested commit rollback flush atomic transaction savepoint in_transaction autocommit set_autocommit
        start_session begin_transaction start_transaction on_commit
        """.split()
    ),
    "write": frozenset(
        """
        add add_all merge delete update insert save create bulk_create bulk_update bulk_save_objects bulk_insert_mappings
        bulk_update_mappings insert_one insert_many update_one update_many replace_one delete_one delete_many bulk_write
        find_one_and_update find_one_and_delete find_one_and_replace get_or_create update_or_create delete_instance
        create_all drop_all create_tables drop_tables executemany executescript remove set clear upsert copy_from
        copy_expert copy_records_to_table bulk asave adelete acreate aupdate abulk_create aget_or_create
        aupdate_or_create replace update_by_query delete_by_query insert_rows insert_rows_json create_table drop_table
        truncate put modify index destroy persist
        """.split()
    ),
}


def sort_of(verb: str) -> str:
    """`read`, `write` or `transaction`."""
    return next((sort for sort, verbs in _SORTS.items() if verb in verbs), "read")
