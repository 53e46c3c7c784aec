//! Reading and showing, by example and by property.
